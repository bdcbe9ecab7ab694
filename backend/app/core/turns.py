"""A user's expensive work runs a few at a time, so that one user cannot occupy what all share.

The limit is that of one process. Other users do not wait for it.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.core.errors import TooManyRequests
from app.core.request_context import caller_id


class _Turns(asyncio.Semaphore):
    present = 0


class Turns:
    """The limit of one kind of work. `what` names it in the plural. Visitors share one limit, or have none."""

    def __init__(
        self, what: str, *, concurrent: int, waiting: int, seconds: float, limits_visitors: bool = False
    ) -> None:
        self.concurrent, self.waiting, self.seconds = concurrent, waiting, seconds
        self._what, self._limits_visitors = what, limits_visitors
        self._turns: dict[uuid.UUID | None, _Turns] = {}

    @asynccontextmanager
    async def turn(self, *, is_refusable: bool = True) -> AsyncIterator[None]:
        """Wait for the user's turn, at most `seconds` behind at most `waiting` others. Raises `TooManyRequests`.

        Work in the middle of a response is not `is_refusable`: it waits until the response's own time limit.
        """
        user = caller_id()
        if user is None and not self._limits_visitors:
            yield
            return
        turns = self._turns.setdefault(user, _Turns(self.concurrent))
        if is_refusable and turns.present >= self.concurrent + self.waiting:
            raise self._too_many()
        turns.present += 1
        try:
            try:
                async with asyncio.timeout(self.seconds if is_refusable else None):
                    await turns.acquire()
            except TimeoutError:
                raise self._too_many() from None
            try:
                yield
            finally:
                turns.release()
        finally:
            turns.present -= 1
            if not turns.present:
                del self._turns[user]

    def _too_many(self) -> TooManyRequests:
        return TooManyRequests(f"You already have several {self._what} in progress. Try again in a moment.")
