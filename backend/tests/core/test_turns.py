"""One user's searches, exports and counts take turns; other users do not wait for them (R5)."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest
from psycopg.errors import QueryCanceled

from app.core.errors import TooManyRequests, Unavailable
from app.core.lists.turns import QUERIES, turn
from app.core.request_context import current_request
from tests.core.callers import act_as

CONCURRENT, WAITING = QUERIES.concurrent, QUERIES.waiting


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    token = current_request.set(None)
    yield
    current_request.reset(token)
    assert QUERIES._turns == {}


class Query:
    """Takes a turn of a user, and holds it until the test sets `end`."""

    def __init__(self, user: uuid.UUID) -> None:
        self.runs, self.end = False, asyncio.Event()
        self.task = asyncio.create_task(self._run(user))

    async def _run(self, user: uuid.UUID) -> None:
        act_as(user)
        async with turn():
            self.runs = True
            await self.end.wait()


async def until_idle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_user_waits_for_their_own_queries_only(one_event_loop: None) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    queries = [Query(one) for _ in range(CONCURRENT + 2)]
    await until_idle()
    assert [each.runs for each in queries] == [True] * CONCURRENT + [False] * 2
    other_query = Query(other)
    await until_idle()
    assert other_query.runs
    queries[0].end.set()
    await until_idle()
    assert [each.runs for each in queries] == [True] * (CONCURRENT + 1) + [False]
    for each in (*queries, other_query):
        each.end.set()
        await each.task


async def test_too_many_queries_of_a_user_are_refused(one_event_loop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QUERIES, "seconds", 0.05)
    user = uuid.uuid4()
    queries = [Query(user) for _ in range(CONCURRENT + WAITING)]
    await until_idle()
    one_too_many = Query(user)
    await until_idle()
    assert one_too_many.task.done()
    with pytest.raises(TooManyRequests, match="several searches or exports"):
        await one_too_many.task
    results = await asyncio.gather(*(each.task for each in queries[CONCURRENT:]), return_exceptions=True)
    assert {type(result) for result in results} == {TooManyRequests}
    for each in queries[:CONCURRENT]:
        each.end.set()
        await each.task


async def test_running_export_is_not_refused(one_event_loop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QUERIES, "seconds", 0.05)
    user = uuid.uuid4()
    queries = [Query(user) for _ in range(CONCURRENT)]
    await until_idle()

    async def next_chunk() -> str:
        act_as(user)
        async with turn(is_refusable=False):
            return "sent"

    chunk = asyncio.create_task(next_chunk())
    await asyncio.sleep(0.2)
    assert not chunk.done()
    for each in queries:
        each.end.set()
    assert await chunk == "sent"


async def test_query_that_takes_too_long_says_so(one_event_loop: None) -> None:
    with pytest.raises(Unavailable, match="takes too long"):
        async with turn():
            raise QueryCanceled
