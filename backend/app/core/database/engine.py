"""SQLAlchemy's engine, and the options that every connection to PostgreSQL shares."""

from typing import Any

from sqlalchemy import URL, AdaptedConnection, ExceptionContext, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.database.connection import Connection, is_outdated
from app.core.settings import settings

# Every wait for the database has a timeout shorter than that of the request; exceeding it results in 503.
_SERVER_OPTIONS = {
    "statement_timeout": "8s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}

READ_ONLY = "read_only"
"""Execution option of a connection whose transaction the application itself has set to read-only."""

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
    """Create an engine with `ENGINE_OPTIONS`, overridden by `options`, that uses our `Connection` class."""
    options = ENGINE_OPTIONS | options
    connect_args = {**options.pop("connect_args"), "async_creator_fn": Connection.connect}
    engine = create_async_engine(url, connect_args=connect_args, **options)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "handle_error", _replace_outdated)
    return engine


def _refuse_closed(connection: AdaptedConnection, *_: object) -> None:
    """Make SQLAlchemy replace a closed connection, so that a restart of the database causes no errors."""
    if connection.driver_connection.has_ended():
        raise DisconnectionError


def _replace_outdated(context: ExceptionContext) -> None:
    """Make SQLAlchemy replace all connections of the pool, because the others are as outdated as this one."""
    is_our_choice = context.connection is not None and READ_ONLY in context.connection.get_execution_options()
    if is_outdated(context.original_exception) and not is_our_choice:
        context.is_disconnect = True


engine = make_engine(settings.database_url)
