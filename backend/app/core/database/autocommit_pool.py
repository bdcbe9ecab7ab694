"""The connection pool of `AutocommitSession`: the driver's own, at a tenth of the cost of SQLAlchemy's."""

from collections.abc import Mapping
from functools import cached_property
from time import monotonic
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import AsyncCursor
from psycopg_pool import AsyncConnectionPool

from app.core.database.change_notifier import REQUEST_NOTICES, change_notifier, collect_notices
from app.core.database.connection import Connection, is_outdated
from app.core.database.lanes import lanes
from app.core.database.statements import Parameters, Record, Statement

RECONNECT_SECONDS = 0.5
SLOW_SECONDS = 2
_SLOW_TIMEOUT = f"SET LOCAL statement_timeout = '{SLOW_SECONDS}s'".encode()


class _Connection(Connection[Record]):
    notices: list[str]

    @cached_property
    def shared_cursor(self) -> AsyncCursor[Record]:
        """One cursor for all statements, because each new cursor looks up the loader of every column type again."""
        return self.cursor()


class AutocommitPool:
    """Pool of autocommit connections. Open it with `async with`, which does not wait for a connection.

    `options` are those of SQLAlchemy's engine, so that both pools have the same size and timeouts.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._drained_at = 0.0
        self._lanes = lanes(options["pool_size"], options["pool_timeout"])
        self.pool = AsyncConnectionPool(
            url.replace("+psycopg", "", 1),
            connection_class=_Connection,
            kwargs={"autocommit": True, **options["connect_args"]},
            min_size=1,
            max_size=options["pool_size"],
            timeout=options["pool_timeout"],
            configure=_request_notices,
            # Give up early, so that the next request connects. The pool's own backoff grows with every attempt, and
            # would notice minutes late that the database is back.
            reconnect_timeout=RECONNECT_SECONDS,
            open=False,
        )

    async def __aenter__(self) -> Self:
        await self.pool.open()
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.pool.close()

    async def fetch(self, statement: Statement[Any], parameters: Parameters) -> list[Record]:
        """Run one statement, holding a connection only while it runs."""
        async with self._lanes[statement.lane]:
            return await self._fetch(statement, parameters)

    async def _fetch(self, statement: Statement[Any], parameters: Parameters) -> list[Record]:
        started = monotonic()
        connection = await self._acquire()
        try:
            return await _run(connection, statement, parameters)
        except psycopg.Error as error:
            # If the server closed the connection, it is unknown whether a write was committed: retry only reads.
            if not (is_outdated(error) or (connection.broken and statement.is_read)):
                raise
            await connection.close()
        finally:
            await self.pool.putconn(connection)
        await self._drain_unless_done_since(started)
        connection = await self._acquire()
        try:
            return await _run(connection, statement, parameters)
        finally:
            await self.pool.putconn(connection)

    async def _acquire(self) -> _Connection:
        """Return an open connection. The pool's own `check` would wait for a second after each closed one."""
        while (connection := await self.pool.getconn()).has_ended():
            await connection.close()
            await self.pool.putconn(connection)
        return connection

    async def _drain_unless_done_since(self, started: float) -> None:
        """If one connection was lost, the others probably were too: replace them instead of probing each."""
        if self._drained_at < started:
            self._drained_at = monotonic()
            await self.pool.drain()


async def _request_notices(connection: _Connection) -> None:
    connection.notices = collect_notices(connection)
    await connection.execute(REQUEST_NOTICES)


async def _run(connection: _Connection, statement: Statement[Any], parameters: Parameters) -> list[Record]:
    cursor = connection.shared_cursor
    if statement.lane == "slow":
        # Local to a transaction, because a pooler can give the connection to another client between two statements.
        async with connection.transaction():
            await cursor.execute(_SLOW_TIMEOUT)
            # Planned for these values: a plan for any text does not use the index of searches.
            await cursor.execute(statement.sql, parameters, prepare=False)
            return await cursor.fetchall()
    await cursor.execute(statement.sql, parameters)
    if connection.notices:
        change_notifier.add(connection.notices)
    return await cursor.fetchall()
