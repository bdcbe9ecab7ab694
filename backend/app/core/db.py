"""Connections and sessions. There are two kinds of session:

- `ReadSessionDep`: single statements by the fast path of `core/statements.py`, each its own transaction. For reads, and
  for a write that is one statement and stands alone.
- `SessionDep`: SQLModel's session. One request is one transaction with one commit, before the answer is sent.

What loads the user holds no connection when the handler asks for one: waiting for a second while holding a first can
deadlock a pool.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import URL, AdaptedConnection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import jobs
from app.core.announcements import announce_commits_of, announcements
from app.core.config import settings
from app.core.connection import Connection
from app.core.read_pool import ReadPool
from app.core.statements import ReadSession

# Every wait for the database has a bound, below that of a request; beyond it the answer is 503.
_SERVER_OPTIONS = {
    "statement_timeout": "8s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}

ENGINE_OPTIONS: dict[str, Any] = {
    "pool_size": settings.DATABASE_POOL_SIZE,
    "max_overflow": 0,
    "pool_timeout": 2,
    "hide_parameters": True,
    "connect_args": {
        "connect_timeout": 3,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "tcp_user_timeout": 8_000,
        "application_name": settings.PROJECT_NAME,
        "options": " ".join(f"-c {name}={value}" for name, value in _SERVER_OPTIONS.items()),
    },
}


def make_engine(url: str | URL, **options: Any) -> AsyncEngine:
    """With `ENGINE_OPTIONS` apart from these `options`, and connections of our own kind."""
    options = ENGINE_OPTIONS | options
    connect_args = {**options.pop("connect_args"), "async_creator_fn": Connection.connect}
    engine = create_async_engine(url, connect_args=connect_args, **options)
    event.listen(engine.sync_engine, "checkout", _refuse_ended)
    return engine


def _refuse_ended(connection: AdaptedConnection, *_: object) -> None:
    """SQLAlchemy then makes a new one: what a restart of the database has closed costs nobody an error."""
    if connection.driver_connection.has_ended():
        raise DisconnectionError


engine = make_engine(settings.database_url)

WriteSession = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

read_session = ReadSession()
"""Has no state but its pool, so one does for all requests."""


@asynccontextmanager
async def connections() -> AsyncIterator[None]:
    """Keeps the pools open. Waits for no connection: a database that is late must not stop the start."""
    announce_commits_of(engine)
    async with ReadPool(settings.database_url, ENGINE_OPTIONS) as pool, announcements.sending(pool):
        read_session.source = pool
        yield
    await engine.dispose()


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """A session that commits when the block ends well, then starts the jobs deferred in it."""
    async with WriteSession() as session:
        yield session
        await session.commit()
        jobs.start_deferred(session)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with transaction() as session:
        yield session


async def get_read_session() -> ReadSession:
    return read_session


# scope="function": a failed commit is an error answer, not a lost write behind a good one.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
ReadSessionDep = Annotated[ReadSession, Depends(get_read_session)]
