"""SQLAlchemy's engine, and the options that every connection to PostgreSQL shares."""

from typing import Any

from sqlalchemy import URL, AdaptedConnection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.database.connection import Connection
from app.core.settings import settings

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
