"""The connections of `AutocommitSession`: a free list, without the locks and tasks of a general pool."""

import asyncio
from collections import deque
from collections.abc import Mapping
from math import inf
from time import monotonic
from types import TracebackType
from typing import Any, Self

import psycopg

from app.core.database.change_notifier import REQUEST_NOTICES, change_notifier, collect_notices
from app.core.database.connection import Connection, PoolTimeout, is_outdated
from app.core.database.lanes import lanes, waiting_for
from app.core.database.prepared_connection import PreparedConnection
from app.core.database.statements import Record, Statement

MAX_AGE_SECONDS = 3_600
"""Older connections are replaced, so that the server's memory for each of them stays bounded."""
RETRY_SECONDS = 0.1


class AutocommitPool:
    """Opens connections when they are needed. Use it with `async with`, which does not wait for the database.

    `options` are those of SQLAlchemy's engine, so that both pools have the same size and timeouts.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        self._url = url.replace("+psycopg", "", 1)
        self._options = options["connect_args"]
        self.wait_seconds: float = options["pool_timeout"]
        self.size: int = options["pool_size"]
        self._places: int = self.size
        """How many more connections can be opened."""
        self._lanes = lanes(self.size, self.wait_seconds)
        self._free: list[PreparedConnection] = []
        self._is_closed = False
        self._waiters: deque[asyncio.Future[PreparedConnection | None]] = deque()

    @property
    def in_use(self) -> int:
        """The number of connections that run a statement or are being opened."""
        return self.open - len(self._free)

    @property
    def open(self) -> int:
        return self.size - self._places

    @property
    def waiting(self) -> int:
        """The number of statements that wait for a connection or for their lane."""
        return len(self._waiters) + waiting_for(self._lanes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_closed = True
        self._close_free()

    async def fetch(self, statement: Statement[Any], values: list[Any]) -> list[Record]:
        """Run one statement, holding a connection only while it runs."""
        async with self._lanes[statement.lane]:
            return await self._fetch(statement, values)

    async def _fetch(self, statement: Statement[Any], values: list[Any]) -> list[Record]:
        started = monotonic()
        connection = await self.acquire()
        try:
            return await _run(connection, statement, values)
        except psycopg.Error as error:
            # If the server closed the connection, it is unknown whether a write was committed: retry only reads.
            if not (is_outdated(error) or (connection.is_closed and statement.is_read)):
                raise
            connection.close()
        finally:
            self.release(connection)
        # If one connection was lost or outdated, the others probably were too: replace them instead of probing each.
        self._close_free(opened_before=started)
        connection = await self.acquire()
        try:
            return await _run(connection, statement, values)
        finally:
            self.release(connection)

    async def acquire(self) -> PreparedConnection:
        """Return an open connection. Raises `PoolTimeout`."""
        while self._free:
            connection = self._free.pop()
            if not connection.has_ended() and monotonic() - connection.opened_at < MAX_AGE_SECONDS:
                return connection
            self._close(connection)
        try:
            async with asyncio.timeout(self.wait_seconds):
                if self._places > 0:
                    self._places -= 1
                elif given := await self._wait():
                    return given
                return await self._open()
        except TimeoutError:
            raise PoolTimeout("No connection to the database became free in time") from None

    def release(self, connection: PreparedConnection) -> None:
        if connection.is_closed or self._is_closed:
            self._close(connection)
        elif waiter := self._next_waiter():
            waiter.set_result(connection)
        else:
            self._free.append(connection)

    async def _open(self) -> PreparedConnection:
        """Open a connection in a place that the caller has taken. A database that restarts is tried again."""
        try:
            while True:
                try:
                    return await self._connect()
                except psycopg.OperationalError:
                    await asyncio.sleep(RETRY_SECONDS)
        except BaseException:
            self._return_place()
            raise

    async def _connect(self) -> PreparedConnection:
        connection: Connection[Any] = await Connection.connect(self._url, autocommit=True, **self._options)
        try:
            notices = collect_notices(connection)
            await connection.execute(REQUEST_NOTICES)
        except BaseException:
            await connection.close()
            raise
        return PreparedConnection(connection, notices)

    async def _wait(self) -> PreparedConnection | None:
        """Wait for a connection, or for a place to open one (`None`)."""
        waiter: asyncio.Future[PreparedConnection | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                given = waiter.result()
                self.release(given) if given else self._return_place()
            raise

    def _next_waiter(self) -> asyncio.Future[PreparedConnection | None] | None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                return waiter
        return None

    def _close(self, connection: PreparedConnection) -> None:
        connection.close()
        self._return_place()

    def _close_free(self, *, opened_before: float = inf) -> None:
        free, self._free = self._free, []
        for connection in free:
            if connection.opened_at < opened_before:
                self._close(connection)
            else:
                self._free.append(connection)

    def _return_place(self) -> None:
        if waiter := self._next_waiter():
            waiter.set_result(None)
        else:
            self._places += 1


async def _run(connection: PreparedConnection, statement: Statement[Any], values: list[Any]) -> list[Record]:
    if statement.lane == "slow":
        return await connection.run_slow(statement, values)
    records = await connection.run(statement, values)
    if connection.notices:
        change_notifier.add(connection.notices)
    return records
