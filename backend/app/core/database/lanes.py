"""How many of a pool's connections each kind of statement can use, so that slow ones never occupy all of them.

- "session": all. The look-up of the user, which every request needs, always finds a free connection.
- "usual": all but the reserve.
- "slow" (searches, exports, counts of all rows): half of those.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from types import TracebackType

from app.core.database.connection import PoolTimeout
from app.core.database.statements import Lane

RESERVE = 2


class _Gate(asyncio.Semaphore):
    """Lets a number of tasks in, and each also through `outer`. Waiting longer than `seconds` raises `PoolTimeout`."""

    def __init__(self, size: int, seconds: float, outer: "_Gate | None" = None) -> None:
        super().__init__(size)
        self._seconds, self._outer = seconds, outer

    async def __aenter__(self) -> None:
        if self.locked():
            try:
                async with asyncio.timeout(self._seconds):
                    await self.acquire()
            except TimeoutError:
                raise PoolTimeout("too many statements of this kind") from None
        else:
            await self.acquire()  # returns immediately
        if self._outer is not None:
            try:
                await self._outer.__aenter__()
            except BaseException:
                self.release()
                raise

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._outer is not None:
            self._outer.release()
        self.release()


def lanes(size: int, seconds: float) -> dict[Lane, AbstractAsyncContextManager[None]]:
    """Return what a statement of each lane enters for its run. `size` is the number of connections."""
    usual = size - min(RESERVE, size // 4)
    usual_gate = _Gate(usual, seconds)
    return {"session": nullcontext(), "usual": usual_gate, "slow": _Gate(max(1, usual // 2), seconds, usual_gate)}


def waiting_for(lanes: Mapping[Lane, AbstractAsyncContextManager[None]]) -> int:
    """Return how many tasks wait for a lane."""
    return sum(len(lane._waiters or ()) for lane in lanes.values() if isinstance(lane, _Gate))
