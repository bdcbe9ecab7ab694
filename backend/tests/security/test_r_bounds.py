"""A database that is there and gives nothing: every request has its answer in time (R5, R6)."""

import asyncio
from contextlib import AsyncExitStack

from httpx2 import AsyncClient

from app.core.database import session as db
from tests.auth.factories import signed_in_user
from tests.core.answers import problem

BOUND = 8
"""Seconds: far more than the 2 s of our own, and less than what would end the wait without them."""
ME = "/api/v1/users/me"


async def headers_of_a_user() -> dict[str, str]:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
        await session.commit()
    return headers


async def test_r05_no_free_connection(live: AsyncClient) -> None:
    headers = await headers_of_a_user()
    async with AsyncExitStack() as held:
        pool = db.autocommit_session.source.pool  # type: ignore[attr-defined]
        for _ in range(pool.max_size):
            await held.enter_async_context(pool.connection())
            await held.enter_async_context(db.WriteSession.kw["bind"].connect())
        async with asyncio.timeout(BOUND):
            response = await live.get(ME, headers=headers)
        assert (problem(response), response.headers["retry-after"]) == ((503, "UNAV_001"), "1")
    assert (await live.get(ME, headers=headers)).status_code == 200
