"""A user's expensive queries run a few at a time, so that one user cannot occupy the database.

This limit is that of one process. The other users' queries do not wait for it.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import psycopg.errors as pg

from app.core.errors import TooManyRequests, Unavailable

CONCURRENT = 2
WAITING = 8
WAIT_SECONDS = 4

requesting_user: ContextVar[uuid.UUID | None] = ContextVar("requesting_user", default=None)
"""The id of the user whose request this is. Requests without a session share one limit."""


class _Turns(asyncio.Semaphore):
    present = 0


_turns: dict[uuid.UUID | None, _Turns] = {}


@asynccontextmanager
async def turn() -> AsyncIterator[None]:
    """Wait for the user's turn. Raises `TooManyRequests`, and `Unavailable` if the query reaches its time limit."""
    user = requesting_user.get()
    turns = _turns.setdefault(user, _Turns(CONCURRENT))
    if turns.present >= CONCURRENT + WAITING:
        raise _too_many()
    turns.present += 1
    try:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turns.acquire()
        except TimeoutError:
            raise _too_many() from None
        try:
            yield
        except pg.QueryCanceled:
            raise Unavailable("This takes too long. Search for a longer text, or try again in a moment.") from None
        finally:
            turns.release()
    finally:
        turns.present -= 1
        if not turns.present:
            del _turns[user]


def _too_many() -> TooManyRequests:
    return TooManyRequests("You already have several searches or exports in progress. Try again in a moment.")
