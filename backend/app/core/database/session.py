"""Connections and sessions. There are two kinds of session:

- `AutocommitDep`: single statements by the fast path of `statements.py`, each its own transaction. For reads, and
  for a write that is one statement and stands alone.
- `SessionDep`: SQLModel's session. One request is one transaction with one commit, before the answer is sent.

What loads the user holds no connection when the handler asks for one: waiting for a second while holding a first can
deadlock a pool.
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
from app.core.database.engine import ENGINE_OPTIONS, engine
from app.core.database.statements import AutocommitSession
from app.core.settings import settings

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

WriteSession = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

autocommit_session = AutocommitSession()
"""Has no state but its pool, so one does for all requests."""


@asynccontextmanager
async def connections() -> AsyncIterator[None]:
    """Keeps the pools open. Waits for no connection: a database that is late must not stop the start."""
    notify_commits_of(engine)
    async with AutocommitPool(settings.database_url, ENGINE_OPTIONS) as pool, change_notifier.sending(pool):
        autocommit_session.source = pool
        yield
    await engine.dispose()


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """A session that commits when the block ends well, then starts the jobs deferred in it."""
    async with WriteSession() as session:
        yield session
        await session.commit()
        jobs.start_deferred(session)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with transaction() as session:
        if request.method in SAFE_METHODS:
            # PostgreSQL refuses the write of a GET, which another site could request in the user's name.
            event.listen(session.sync_session, "after_begin", _make_read_only)
        yield session


def _make_read_only(_session: object, _transaction: object, connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")


async def get_autocommit_session() -> AutocommitSession:
    return autocommit_session


# scope="function": a failed commit is an error answer, not a lost write behind a good one.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
AutocommitDep = Annotated[AutocommitSession, Depends(get_autocommit_session)]
