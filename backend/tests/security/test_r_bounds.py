"""Every request gets a timely response from an exhausted or locked database (R5, R6)."""

import asyncio
from contextlib import AsyncExitStack

from httpx2 import AsyncClient

from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from tests.auth.factories import signed_in_user
from tests.core.answers import problem

BOUND = 8
"""Seconds: far more than our own limit of 2 s, and less than the limits that would apply without it."""
ME = "/api/v1/users/me"


async def headers_of_a_user() -> dict[str, str]:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
        await session.commit()
    return headers


async def test_r05_request_without_a_free_connection_is_503(live: AsyncClient) -> None:
    headers = await headers_of_a_user()
    async with AsyncExitStack() as held:
        pool = db.autocommit_session.source
        assert isinstance(pool, AutocommitPool)
        for _ in range(pool.size):
            held.callback(pool.release, await pool.acquire())
            await held.enter_async_context(db.WriteSession.kw["bind"].connect())
        async with asyncio.timeout(BOUND):
            response = await live.get(ME, headers=headers)
        assert (problem(response), response.headers["retry-after"]) == ((503, "UNAV_001"), "1")
    assert (await live.get(ME, headers=headers)).status_code == 200
