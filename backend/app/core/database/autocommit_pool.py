"""The connections of `AutocommitSession`: the driver's own pool, which costs a tenth of what SQLAlchemy's does."""

from collections.abc import Mapping
from functools import cached_property
from time import monotonic
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import AsyncCursor
from psycopg_pool import AsyncConnectionPool

from app.core.database.change_notifier import ASK_FOR_NOTICES, change_notifier, collect_notices
from app.core.database.connection import Connection
from app.core.database.statements import Parameters, Record, Statement

RECONNECT_SECONDS = 0.5


class _Connection(Connection[Record]):
    notices: list[str]

    @cached_property
    def reader(self) -> AsyncCursor[Record]:
        """One cursor for all statements: a new one would find out again how to read each type."""
        return self.cursor()


class AutocommitPool:
    """To be opened by `async with`, which waits for no connection.

    `options` are those of SQLAlchemy's engine, so that both pools have the same bounds.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._replaced = 0.0
        self.pool = AsyncConnectionPool(
            url.replace("+psycopg", "", 1),
            connection_class=_Connection,
            kwargs={"autocommit": True, **options["connect_args"]},
            min_size=1,
            max_size=options["pool_size"],
            timeout=options["pool_timeout"],
            configure=_ask_for_notices,
            # After that the next request connects. The pool itself would wait longer from attempt to attempt, and
            # find a database minutes after it has come back.
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
        """Runs one statement. A connection is held only meanwhile."""
        begun = monotonic()
        connection = await self._take()
        try:
            return await _run(connection, statement, parameters)
        except psycopg.OperationalError:
            # The server has closed the connection. Whether a write was done nobody can know: only reads are repeated.
            if not (connection.broken and statement.is_read):
                raise
        finally:
            await self.pool.putconn(connection)
        await self._replace_those_before(begun)
        connection = await self._take()
        try:
            return await _run(connection, statement, parameters)
        finally:
            await self.pool.putconn(connection)

    async def _take(self) -> _Connection:
        """The pool's own `check` would wait for a second after each that has ended."""
        while (connection := await self.pool.getconn()).has_ended():
            await connection.close()
            await self.pool.putconn(connection)
        return connection

    async def _replace_those_before(self, begun: float) -> None:
        """What ended one connection has most often ended the others. To ask each would mean to wait for dead ones."""
        if self._replaced < begun:
            self._replaced = monotonic()
            await self.pool.drain()


async def _ask_for_notices(connection: _Connection) -> None:
    connection.notices = collect_notices(connection)
    await connection.execute(ASK_FOR_NOTICES)


async def _run(connection: _Connection, statement: Statement[Any], parameters: Parameters) -> list[Record]:
    reader = connection.reader
    await reader.execute(statement.sql, parameters)
    if connection.notices:
        change_notifier.add(connection.notices)
    return await reader.fetchall()
