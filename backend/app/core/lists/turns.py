"""A user's expensive queries run a few at a time, so that one user cannot occupy the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg.errors as pg

from app.core.errors import Unavailable
from app.core.turns import Turns

QUERIES = Turns("searches or exports", concurrent=2, waiting=8, seconds=4, limits_visitors=True)


@asynccontextmanager
async def turn(*, is_refusable: bool = True) -> AsyncIterator[None]:
    """Wait for the user's turn. Raises as `Turns.turn`, and `Unavailable` if the query reaches its time limit."""
    async with QUERIES.turn(is_refusable=is_refusable):
        try:
            yield
        except pg.QueryCanceled:
            raise Unavailable("This takes too long. Search for a longer text, or try again in a moment.") from None
