"""Requests for a locked table, with the items table as the example (R6)."""

import asyncio

from httpx2 import AsyncClient
from sqlalchemy import text

from app.core.database import session as db
from tests.core.answers import problem
from tests.security.test_r_bounds import BOUND, ME, headers_of_a_user

ITEMS = "/api/v1/items/"


async def test_r06_request_for_a_locked_table_is_503(live: AsyncClient) -> None:
    """A migration can hold such a lock. Requests for other tables are not affected."""
    headers = await headers_of_a_user()
    async with db.WriteSession.kw["bind"].begin() as connection:
        await connection.execute(text("LOCK TABLE items IN ACCESS EXCLUSIVE MODE"))
        async with asyncio.timeout(BOUND):
            response = await live.get(ITEMS, headers=headers)
        assert (problem(response), response.headers["retry-after"]) == ((503, "UNAV_001"), "1")
        async with asyncio.timeout(BOUND):
            response = await live.post(ITEMS, headers=headers, json={"title": "One"})
        assert problem(response) == (503, "UNAV_001")
        assert (await live.get(ME, headers=headers)).status_code == 200
    assert (await live.get(ITEMS, headers=headers)).json()["count"] == 0
