"""The autocommit pool with a real PostgreSQL that becomes unavailable or starts late."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import bindparam, delete, insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.connection import PoolTimeout
from app.core.database.engine import ENGINE_OPTIONS, make_engine
from app.core.database.statements import Statement
from app.core.settings import settings
from app.users.models import User
from scripts.local.ports import any_free_port
from tests.core.forwarding import forwarding, url_by

READ = Statement(select(func.count()).select_from(User).where(User.email == bindparam("email")))
DELETE = Statement(delete(User).where(col(User.email) == bindparam("email")).returning(col(User.id)))
WRITE = Statement(insert(User).returning(col(User.id)))


def new_user() -> dict[str, object]:
    email = f"{uuid.uuid4().hex}@example.com"
    values = {"email": email, "full_name": None, "is_active": True, "is_superuser": False, "hashed_password": "-"}
    return {"id": uuid.uuid4(), "created_at": utc_now(), "version": 1, "avatar_url": None, **values}


async def end_connections(pool: AutocommitPool) -> None:
    """End the pool's connections on the server. The pool does not notice it yet."""
    connection = await pool.acquire()
    pid = connection.libpq.backend_pid
    pool.release(connection)
    url = settings.database_url.replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
        await other.execute("select pg_terminate_backend(%s, 5000)", [pid])


@pytest.fixture
async def pool(one_event_loop: None) -> AsyncIterator[AutocommitPool]:
    """A pool with one connection, so that the next statement runs on the ended one."""
    async with AutocommitPool(settings.database_url, {**ENGINE_OPTIONS, "pool_size": 1}) as pool:
        yield pool


async def fetch_and_lose_connection(
    pool: AutocommitPool, statement: Statement, parameters: dict[str, object]
) -> object:
    """End the connection while its statement waits for a lock."""
    url = settings.database_url.replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(url) as other:
        await other.execute("LOCK TABLE users")
        fetching = asyncio.create_task(pool.fetch(statement, statement.values(parameters)))
        end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(20):
            while not await (await other.execute(end)).fetchall():
                pass
    return await fetching


@pytest.mark.parametrize(("statement", "expected"), [(READ, [(0,)]), (DELETE, [])], ids=["read", "write"])
async def test_ended_connection_is_not_used(pool: AutocommitPool, statement: Statement, expected: object) -> None:
    await end_connections(pool)
    assert await pool.fetch(statement, statement.values({"email": "nobody@example.com"})) == expected


async def test_read_on_a_lost_connection_is_retried(pool: AutocommitPool) -> None:
    assert await fetch_and_lose_connection(pool, READ, {"email": "nobody@example.com"}) == [(0,)]


async def test_write_on_a_lost_connection_is_not_retried(pool: AutocommitPool) -> None:
    """The write may have succeeded before the connection was lost."""
    user = new_user()
    with pytest.raises(psycopg.OperationalError):
        await fetch_and_lose_connection(pool, WRITE, user)
    assert await pool.fetch(READ, READ.values({"email": user["email"]})) == [(0,)]


async def test_database_that_starts_late_is_found(one_event_loop: None) -> None:
    port = any_free_port()
    async with AutocommitPool(url_by(port), {**ENGINE_OPTIONS, "pool_timeout": 0.2}) as pool:
        with pytest.raises(PoolTimeout):
            await pool.fetch(READ, READ.values({"email": "nobody@example.com"}))
        async with forwarding(port), asyncio.timeout(20):
            while True:
                try:
                    assert await pool.fetch(READ, READ.values({"email": "nobody@example.com"})) == [(0,)]
                    break
                except PoolTimeout:
                    continue


async def test_next_request_finds_a_database_that_is_back(one_event_loop: None) -> None:
    """However long the outage was: the pool's own retries become less and less frequent."""
    port = any_free_port()
    async with AutocommitPool(url_by(port), {**ENGINE_OPTIONS, "pool_size": 1, "pool_timeout": 1}) as pool:
        await asyncio.sleep(3.5)
        async with forwarding(port):
            assert await pool.fetch(READ, READ.values({"email": "nobody@example.com"})) == [(0,)]


async def test_cancelled_read_does_not_wait_for_the_database(one_event_loop: None) -> None:
    port = any_free_port()
    async with forwarding(port) as flowing, AutocommitPool(url_by(port), {**ENGINE_OPTIONS, "pool_size": 1}) as pool:
        assert await pool.fetch(READ, READ.values({"email": "nobody@example.com"})) == [(0,)]
        flowing.clear()
        async with asyncio.timeout(4):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await pool.fetch(READ, READ.values({"email": "nobody@example.com"}))
        flowing.set()
        assert await pool.fetch(READ, READ.values({"email": "nobody@example.com"})) == [(0,)]


async def test_cancelled_read_after_a_loss_keeps_other_connections(one_event_loop: None) -> None:
    port = any_free_port()
    async with forwarding(port) as flowing, AutocommitPool(url_by(port), {**ENGINE_OPTIONS, "pool_size": 3}) as pool:
        connections = [await pool.acquire() for _ in range(3)]
        flowing.clear()
        with socket.socket(fileno=os.dup(connections[0].libpq.socket)) as link:
            link.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            pool.release(connection)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await pool.fetch(READ, READ.values({"email": "nobody@example.com"}))
        flowing.set()
        connections = [await pool.acquire() for _ in range(3)]
        for connection in connections:
            pool.release(connection)


async def test_cancelled_transaction_does_not_wait_for_the_database(one_event_loop: None) -> None:
    port = any_free_port()
    engine = make_engine(url_by(port), pool_size=1)
    async with forwarding(port) as flowing:
        async with AsyncSession(engine) as session:
            await session.exec(select(1))
            flowing.clear()
            async with asyncio.timeout(4):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await session.exec(select(1))
                await session.close()
        flowing.set()
        async with AsyncSession(engine) as session:
            assert (await session.exec(select(1))).one() == 1
        await engine.dispose()
