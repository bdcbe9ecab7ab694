"""Engine and sessions. One request is one transaction with one commit, before the answer is sent.

A request holds one connection at a time: what loads the user gives its connection back before
the handler asks for one, since waiting for a second while holding a first can deadlock the pool.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import jobs
from app.core.config import settings

# Every wait for the database has a bound; beyond it the answer is 503.
_SERVER_OPTIONS = {
    "statement_timeout": "10s",
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
        "keepalives_idle": 10,
        "tcp_user_timeout": 10_000,
        "application_name": settings.PROJECT_NAME,
        "options": " ".join(f"-c {name}={value}" for name, value in _SERVER_OPTIONS.items()),
    },
}

engine = create_async_engine(settings.database_url, **ENGINE_OPTIONS)

WriteSession = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

# Reads need no transaction around a single statement: this saves BEGIN and ROLLBACK.
ReadSession = async_sessionmaker(
    engine.execution_options(isolation_level="AUTOCOMMIT"),
    class_=AsyncSession,
    expire_on_commit=False,
    autoflush=False,
)


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


async def get_read_session() -> AsyncIterator[AsyncSession]:
    async with ReadSession() as session:
        yield session


# scope="function": a failed commit is an error answer, not a lost write behind a good one.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
ReadSessionDep = Annotated[AsyncSession, Depends(get_read_session, scope="function")]
