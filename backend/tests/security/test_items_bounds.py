"""Requests for a locked table, and many slow searches, with items as the example (R5, R6)."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text

from app.core.database import session as db
from app.core.lists.turns import QUERIES
from tests.core.answers import problem
from tests.core.races import until_waiting, waiting_statements
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


@pytest.mark.parametrize("path", [f"{ITEMS}?q={'a' * 127}b", f"{ITEMS}export", f"{ITEMS}stats", f"{ITEMS}?skip=20000"])
async def test_r05_slow_queries_leave_other_users_alone(live: AsyncClient, path: str) -> None:
    """They wait for a lock, as if each took long."""
    headers, others_headers = await headers_of_a_user(), await headers_of_a_user()
    async with asyncio.TaskGroup() as group, db.WriteSession.kw["bind"].begin() as connection:
        await connection.execute(text("LOCK TABLE items IN ACCESS EXCLUSIVE MODE"))
        slow = [group.create_task(live.get(path, headers=headers)) for _ in range(20)]
        await until_waiting(QUERIES.concurrent)
        async with asyncio.timeout(1.5):
            for _ in range(5):
                assert (await live.get(ME, headers=others_headers)).status_code == 200
        assert (await db.autocommit_session.one(waiting_statements))["count"] == QUERIES.concurrent
        others_slow = group.create_task(live.get(path, headers=others_headers))
        await until_waiting(QUERIES.concurrent + 1)
    assert others_slow.result().status_code == 200
    refused = [each.result() for each in slow if each.result().status_code != 200]
    assert len(refused) == 20 - QUERIES.concurrent - QUERIES.waiting
    assert {problem(each) for each in refused} == {(429, "RATE_001")}
    assert all(int(each.headers["retry-after"]) >= 1 for each in refused)
