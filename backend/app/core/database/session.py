"""Database pools and sessions. There are two kinds of session:

- `AutocommitDep`: single statements on the fast path of `statements.py`, each in its own transaction. For reads, and
  for a request whose only write is one statement.
- `SessionDep`: SQLModel's session. One request is one transaction with one commit, before the response is sent.

A request never holds two connections, because waiting for a second one can deadlock the pool. The dependency that
loads the user has therefore released its connection when the handler acquires one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import jobs
from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.change_notifier import change_notifier, notify_commits_of
from app.core.database.engine import ENGINE_OPTIONS, READ_ONLY, engine
from app.core.database.statements import AutocommitSession
from app.core.settings import settings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

WriteSession = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
event.listen(AsyncSession.sync_session_class, "after_soft_rollback", jobs.discard_on_rollback)

autocommit_session = AutocommitSession()
"""Shared by all requests, since its only state is the pool."""


@asynccontextmanager
async def connections() -> AsyncIterator[None]:
    """Keep the pools open. Does not wait for a connection, so the process starts even if the database is not ready."""
    notify_commits_of(engine)
    async with AutocommitPool(settings.database_url, ENGINE_OPTIONS) as pool, change_notifier.sending(pool):
        autocommit_session.source = pool
        yield
    await engine.dispose()


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """Open a session. If the block raises no error, commit and then start the jobs deferred in it."""
    async with WriteSession() as session:
        try:
            yield session
            await session.commit()
            jobs.start_deferred(session)
        finally:
            jobs.discard_deferred(session)


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
