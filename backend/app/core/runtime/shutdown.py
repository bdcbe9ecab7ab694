"""Shutdown of the process: open streams end, and readiness fails, before the server itself reacts to the signal."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any

_draining = False


def is_draining() -> bool:
    """Return whether the process is shutting down and new requests should go to another one."""
    return _draining


@contextmanager
def on_shutdown_signal(callback: Callable[[], None], *, delay: float = 0) -> Iterator[None]:
    """Call `callback` in the event loop on SIGTERM or SIGINT, then the server's own signal handler.

    uvicorn stops listening immediately, but waits for open responses before it ends the lifespan, so streams must end
    first. `delay` postpones the server's handler by this many seconds. It applies to SIGTERM only, which can arrive
    several times; after SIGINT a person is waiting at a keyboard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread can handle signals
        return
    loop = asyncio.get_running_loop()
    server_handlers: dict[int, Any] = {}
    timers: list[asyncio.TimerHandle] = []

    def call_server_later() -> None:
        if not timers:
            timers.append(loop.call_later(delay, server_handlers[signal.SIGTERM], signal.SIGTERM, None))

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        if delay and number == signal.SIGTERM:
            loop.call_soon_threadsafe(call_server_later)
        else:
            server_handlers[number](number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        if callable(signal.getsignal(number)):
            server_handlers[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for received, handler in server_handlers.items():
            signal.signal(received, handler)


def draining(seconds: float) -> AbstractContextManager[None]:
    """After SIGTERM, keep serving for `seconds` but report not ready, so that the proxy moves on (decision 0024)."""
    return on_shutdown_signal(_start_draining, delay=seconds)


def _start_draining() -> None:
    global _draining
    _draining = True
