"""Hearing of the end of the process before the server does anything about it."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def at_first_signal(call: Callable[[], None]) -> Iterator[None]:
    """Calls back in the event loop when SIGTERM or SIGINT arrives, and lets the server's own handler do its work.

    uvicorn waits for open answers before it ends the lifespan: whoever holds one open has to be told earlier.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Any] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(call)
        before[number](number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        if callable(signal.getsignal(number)):
            before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for caught, handler in before.items():
            signal.signal(caught, handler)
