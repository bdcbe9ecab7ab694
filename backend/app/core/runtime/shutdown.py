"""The end of the process: those who hold answers open and those who send requests hear of it before the server acts."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any

_draining = False


def is_draining() -> bool:
    """Whether the process was told to end, so that new requests should go elsewhere."""
    return _draining


@contextmanager
def at_first_signal(call: Callable[[], None], *, put_off: float = 0) -> Iterator[None]:
    """Calls back in the event loop when SIGTERM or SIGINT arrives, and lets the server's own handler do its work.

    uvicorn stops listening at once, and waits for open answers before it ends the lifespan: whoever holds one open has
    to be told earlier. `put_off` is in seconds and for SIGTERM only, which may come more than once; SIGINT is somebody
    at a keyboard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}
    timers: list[asyncio.TimerHandle] = []

    def hand_on_later() -> None:
        if not timers:
            timers.append(loop.call_later(put_off, before[signal.SIGTERM], signal.SIGTERM, None))

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        if put_off and number == signal.SIGTERM:
            loop.call_soon_threadsafe(hand_on_later)
        else:
            before[number](number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        if callable(signal.getsignal(number)):
            before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for caught, handler in before.items():
            signal.signal(caught, handler)


def draining(seconds: float) -> AbstractContextManager[None]:
    """After SIGTERM the process serves on for so long, not ready, until requests go elsewhere (decision 0024)."""
    return at_first_signal(_begin_to_drain, put_off=seconds)


def _begin_to_drain() -> None:
    global _draining
    _draining = True
