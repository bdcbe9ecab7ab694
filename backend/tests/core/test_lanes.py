"""Slow statements leave connections to the usual ones, and both leave some to the look-up of the session (R5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg.errors import QueryCanceled
from sqlalchemy import Interval, bindparam, literal_column
from sqlmodel import func, select

from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.connection import PoolTimeout
from app.core.database.engine import ENGINE_OPTIONS
from app.core.database.lanes import lanes
from app.core.database.statements import Lane, Statement
from app.core.settings import settings
from app.users.models import User

ONE: Any = select(literal_column("current_setting('statement_timeout')"))
LANES: tuple[Lane, ...] = ("session", "usual", "slow")


@pytest.fixture
async def pool(one_event_loop: None) -> AsyncIterator[AutocommitPool]:
    """A pool of eight connections, two of which are the reserve."""
    async with AutocommitPool(settings.database_url, {**ENGINE_OPTIONS, "pool_size": 8}) as pool:
        yield pool


@asynccontextmanager
async def waiting(pool: AutocommitPool, lane: Lane) -> AsyncIterator[None]:
    """Run more statements of this lane than there are connections, which wait for a lock inside the block."""
    users: Statement[Any] = Statement(select(func.count()).select_from(User), lane=lane)
    url = settings.database_url.replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(url) as other:
        await other.execute("LOCK TABLE users")
        tasks = [asyncio.create_task(pool.fetch(users, [])) for _ in range(20)]
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in tasks)
        yield
        assert not any(task.done() for task in tasks)
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(result, list | psycopg.OperationalError)


@pytest.mark.parametrize(
    ("busy", "free"), [("slow", "usual"), ("slow", "session"), ("usual", "session")], ids=lambda lane: lane
)
async def test_r05_busy_lane_leaves_connections(pool: AutocommitPool, busy: Lane, free: Lane) -> None:
    statement: Statement[Any] = Statement(ONE, lane=free)
    async with waiting(pool, busy), asyncio.timeout(1):
        assert await pool.fetch(statement, []) == [("8s",)]


async def test_r05_wait_for_a_lane_is_bounded(one_event_loop: None) -> None:
    gates = lanes(8, 0.05)
    async with asyncio.timeout(5):
        for _ in range(3):
            await gates["slow"].__aenter__()
        with pytest.raises(PoolTimeout):
            async with gates["slow"]:
                pass
        async with gates["usual"], gates["usual"], gates["usual"]:
            with pytest.raises(PoolTimeout):
                await gates["usual"].__aenter__()
    for _ in range(3):
        await gates["slow"].__aexit__(None, None, None)
    async with gates["slow"], gates["usual"]:
        pass


@pytest.mark.parametrize("size", range(1, 5))
async def test_small_pool_has_all_lanes(one_event_loop: None, size: int) -> None:
    async with AutocommitPool(settings.database_url, {**ENGINE_OPTIONS, "pool_size": size}) as pool:
        for lane in LANES:
            assert await pool.fetch(Statement[Any](ONE, lane=lane), [])


async def test_slow_statement_has_its_own_time_limit(pool: AutocommitPool) -> None:
    sleep = select(func.pg_sleep_for(bindparam("time", type_=Interval)))
    slow: Statement[Any] = Statement(ONE, lane="slow")
    assert await pool.fetch(slow, []) == [("2s",)]
    async with asyncio.timeout(6):
        with pytest.raises(QueryCanceled):
            await pool.fetch(Statement[Any](sleep, lane="slow"), ["7 s"])
    for _ in range(8):
        assert await pool.fetch(Statement[Any](ONE), []) == [("8s",)]
