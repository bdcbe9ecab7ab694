"""Reads from a streaming replica: two real PostgreSQL servers, and what happens when the replica lags or is gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import literal_column, table
from sqlmodel import func, select
from structlog.testing import CapturingLogger

from app.core.database import replica as module
from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.change_notifier import CHANNEL
from app.core.database.engine import ENGINE_OPTIONS
from app.core.database.replica import Replica, reads_from_replica
from app.core.database.statements import Statement
from app.core.runtime.change_listener import EVERYTHING, ChangeListener
from scripts.local.ports import any_free_port
from tests.core.forwarding import forwarding, url_by
from tests.core.replicas import Pair, as_api
from tests.fixtures import bound_to

SERVER = Statement(select(literal_column("pg_is_in_recovery()").label("is_replica")), from_replica=True)


@pytest.fixture(autouse=True)
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE_SECONDS", 0.1)
    monkeypatch.setattr(module, "MAX_LAG_SECONDS", 1)
    monkeypatch.setattr(module, "BACK_SECONDS", 0.3)
    monkeypatch.setattr(module, "READ_SECONDS", 0.5)


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    logger = CapturingLogger()
    monkeypatch.setattr(module, "logger", logger)
    return logger


@asynccontextmanager
async def watched(pair: Pair, url: str = "") -> AsyncIterator[Replica]:
    """A replica whose first check is done, in a request that can read from it."""
    async with AutocommitPool(as_api(pair.primary.url("app")), ENGINE_OPTIONS) as pool:
        replica = Replica(pool, as_api(url or pair.replica.url("app")))
        async with replica.watched():
            await replica.checked.wait()
            reads_from_replica.set(True)
            yield replica
            reads_from_replica.set(False)


async def read(replica: Replica, statement: Statement[Any] = SERVER) -> Any:
    [(value,)] = await replica.fetch(statement, statement.values({}))
    return value


async def until(replica: Replica, *, is_used: bool) -> None:
    async with asyncio.timeout(10):
        while not (replica.is_used if is_used else replica.problem):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def events(logs: CapturingLogger) -> list[str]:
    return [call.args[0] for call in logs.calls]


@pytest.mark.usefixtures("one_event_loop")
async def test_marked_statements_read_from_the_replica(pair: Pair) -> None:
    async with watched(pair) as replica:
        assert await read(replica) is True
        own = Statement(select(literal_column("pg_is_in_recovery()").label("is_replica")))
        assert await read(replica, own) is False
        reads_from_replica.set(False)
        assert await read(replica) is False


async def test_r24_lagging_replica_is_left_out(pair: Pair, logs: CapturingLogger) -> None:
    async with watched(pair) as replica:
        with pair.paused():
            pair.on_primary("SELECT pg_logical_emit_message(true, 'test', 'lag', true)")
            assert await read(replica) is True
            await until(replica, is_used=False)
            assert await read(replica) is False
            assert "behind" in str(replica.problem)
        await until(replica, is_used=True)
        assert await read(replica) is True
    assert events(logs) == ["database_replica_left_out", "database_replica_back"]


async def test_unchecked_replica_is_not_read(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica that was not checked for a while can lag."""
    monkeypatch.setattr(module, "SAMPLE_SECONDS", 60)
    async with watched(pair) as replica:
        assert await read(replica) is True
        await asyncio.sleep(1.1)
        assert not replica.is_used
        assert await read(replica) is False


async def test_r24_stopped_replica_causes_no_error(pair: Pair, logs: CapturingLogger) -> None:
    async with watched(pair) as replica:

        async def read_often() -> None:
            while await read(replica):
                replica_was_read.set()
                await asyncio.sleep(0.001)
            for _ in range(20):
                assert await read(replica) is False
                await asyncio.sleep(0.01)

        replica_was_read = asyncio.Event()
        readers = [asyncio.create_task(read_often()) for _ in range(4)]
        await replica_was_read.wait()
        await asyncio.to_thread(pair.replica.stop)
        try:
            await asyncio.gather(*readers)
            await until(replica, is_used=False)
            assert events(logs) == ["database_replica_left_out"]
        finally:
            await asyncio.to_thread(pair.restart_replica)
        await until(replica, is_used=True)
        assert await read(replica) is True
    assert events(logs) == ["database_replica_left_out", "database_replica_back"]


async def test_r24_hanging_replica_delays_reads_briefly(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LAG_SECONDS", 10)
    port, url = any_free_port(), pair.replica.url("app")
    async with forwarding(port, url) as flow, watched(pair, url_by(port, url)) as replica:
        assert await read(replica) is True
        flow.clear()
        started = monotonic()
        assert await read(replica) is False
        assert monotonic() - started < 2
        assert await read(replica) is False


@pytest.mark.usefixtures("one_event_loop")
async def test_primary_is_not_a_replica(pair: Pair, logs: CapturingLogger) -> None:
    """After a failover, the address of the replica can lead to the new primary."""
    async with watched(pair, pair.primary.url("app")) as replica:
        assert replica.problem == "It does not stream from the primary."
        assert await read(replica) is False
    assert events(logs) == ["database_replica_left_out"]


async def test_absent_replica_does_not_delay_the_start(pair: Pair) -> None:
    async with watched(pair, "postgresql://app:test@127.0.0.1:1/app") as replica:
        assert await read(replica) is False
        assert replica.problem == "The replica does not respond."


async def test_conflict_with_the_replay_is_repeated(pair: Pair, logs: CapturingLogger) -> None:
    """The replica cancels a read whose rows it has to remove. It stays in use."""
    slow = literal_column("pg_sleep(0.4)::text") == ""
    count = select(func.count().label("count")).select_from(table("conflict")).where(slow)
    statement = Statement(count, from_replica=True)
    pair.on_primary("CREATE TABLE conflict (number int); INSERT INTO conflict VALUES (1)")
    pair.catch_up()
    async with watched(pair) as replica:
        reading = asyncio.create_task(read(replica, statement))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(pair.on_primary, "DROP TABLE conflict; CREATE TABLE conflict (number int)")
        assert await reading == 0
        assert replica.is_used
    assert logs.calls == []


async def test_missing_table_is_read_from_the_primary(pair: Pair) -> None:
    """During a deployment, the replica can be a moment behind a migration."""
    statement = Statement(select(func.count().label("count")).select_from(table("of_a_migration")), from_replica=True)
    async with watched(pair) as replica:
        with pair.paused():
            pair.on_primary("CREATE TABLE of_a_migration ()")
            assert await read(replica, statement) == 0
            assert replica.problem is None
        pair.on_primary("DROP TABLE of_a_migration")


async def test_changes_are_published_when_replicated(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a client that refetches the changed list could get the old rows, and would keep them."""
    monkeypatch.setattr(module, "MAX_LAG_SECONDS", 10)
    listener = ChangeListener()
    async with watched(pair) as replica, bound_to(None, replica), listener.listening(pair.primary.url("app")):
        with listener.subscribe("the-owner") as subscriber:
            assert await subscriber.wait(5)
            assert subscriber.take()[0] == {EVERYTHING}
            with pair.paused():
                for topic in ("one", "two"):
                    pair.on_primary("SELECT pg_logical_emit_message(true, 'test', 'change', true)")
                    notify(pair, topic)
                assert not await subscriber.wait(0.3)
                notify(pair, None)
                assert await subscriber.wait(5)
                assert subscriber.take() == (set(), set())
            assert await subscriber.wait(5)
            await asyncio.sleep(0.2)
            assert subscriber.take()[0] == {"one", "two"}


def notify(pair: Pair, topic: str | None) -> None:
    payload = json.dumps({"topic": topic, "owners": ["the-owner"]})
    pair.on_primary(f"SELECT pg_notify('{CHANNEL}', '{payload}')")
