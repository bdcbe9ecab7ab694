"""Database pools and sessions. There are two kinds of session:

- `AutocommitDep`: single statements on the fast path of `statements.py`, each in its own transaction. For reads, and
  for a request whose only write is one statement.
- `SessionDep`: SQLModel's session. One request is one transaction with one commit, before the response is sent.

A request never holds two connections, because waiting for a second one can deadlock the pool. The dependency that
loads the user has therefore released its connection when the handler acquires one.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from sqlalchemy import AsyncAdaptedQueuePool, Connection, event
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.change_notifier import change_notifier, notify_commits_of
from app.core.database.engine import ENGINE_OPTIONS, READ_ONLY, engine
from app.core.database.replica import Replica
from app.core.database.statements import AutocommitSession
from app.core.errors import AppError
from app.core.settings import settings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

WriteSession = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

autocommit_session = AutocommitSession()
"""Shared by all requests, since its only state is the pool."""


class PoolUsage(NamedTuple):
    """Connections of a pool that are in use, and the tasks that wait for one."""

    size: int
    in_use: int
    waiting: int


def pool_usage() -> dict[str, PoolUsage]:
    """Return the usage of this process's two pools, which are open."""
    source, pool = autocommit_session.source, engine.pool
    single = source.primary if isinstance(source, Replica) else source
    assert isinstance(single, AutocommitPool)  # noqa: S101 - for mypy
    assert isinstance(pool, AsyncAdaptedQueuePool)  # noqa: S101
    waiters: Any = pool._pool
    return {
        "autocommit": PoolUsage(single.size, single.in_use, single.waiting),
        "session": PoolUsage(pool.size(), pool.checkedout(), len(waiters._queue._getters)),
    }


@asynccontextmanager
async def connections(*, replica_url: str = "") -> AsyncIterator[None]:
    """Keep the pools open. Does not wait for a connection, so the process starts even if the database is not ready."""
    notify_commits_of(engine)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(AutocommitPool(settings.database_url, ENGINE_OPTIONS))
        await stack.enter_async_context(change_notifier.sending(pool))
        autocommit_session.source = pool
        if replica_url:
            autocommit_session.source = replica = Replica(pool, replica_url)
            await stack.enter_async_context(replica.watched())
        yield
    await engine.dispose()


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """Open a session, and commit if the block raises no error, or an `AppError` that keeps its changes."""
    async with WriteSession() as session:
        try:
            yield session
        except AppError as error:
            if error.keep_changes:
                await session.commit()
            raise
        await session.commit()


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with transaction() as session:
        if request.method in SAFE_METHODS:
            # PostgreSQL refuses the write of a GET, which another site could request in the user's name.
            event.listen(session.sync_session, "after_begin", _make_read_only)
        yield session


def _make_read_only(_session: object, _transaction: object, connection: Connection) -> None:
    connection.execution_options(**{READ_ONLY: True}).exec_driver_sql("SET TRANSACTION READ ONLY")


async def get_autocommit_session() -> AutocommitSession:
    return autocommit_session


# scope="function": the commit comes before the response, so that a failed commit is an error response.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
AutocommitDep = Annotated[AutocommitSession, Depends(get_autocommit_session)]
