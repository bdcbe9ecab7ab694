"""A connection that runs prepared statements through libpq (`psycopg.pq`) at about a third of a cursor's cost.

psycopg connects, converts the values and names the errors. This module replaces its cursor: it prepares each statement
once, looks up the types of a result once, and registers one reader with the event loop for the connection's whole life.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psycopg
from psycopg import abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from app.core.database import connection
from app.core.database.connection import Connection
from app.core.database.statements import Record, Statement

MAX_PREPARED = 200
"""Statements kept by the server for a connection. Each needs some 10 kB of its memory."""
SLOW_SECONDS = 2
"""Time limit of statements in the slow lane."""
_BEGIN_SLOW = f"BEGIN; SET LOCAL statement_timeout = '{SLOW_SECONDS}s'".encode()


@dataclass(slots=True)
class _Prepared:
    name: bytes
    rows: abc.Transformer | None = None
    """Converts the rows, whose types it knows. Created with the first result."""


class PreparedConnection:
    """One statement at a time, each in its own transaction. Create it on the event loop that uses it."""

    def __init__(self, opened: Connection[Any], notices: list[str]) -> None:
        self.notices = notices
        self.opened_at = monotonic()
        self._connection = opened
        self.libpq = opened.pgconn
        self._values = Transformer(opened)
        self._prepared: OrderedDict[tuple[Any, ...], _Prepared] = OrderedDict()
        self._count = 0
        self._results: list[PGresult] = []
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._socket = self.libpq.socket
        self._loop.add_reader(self._socket, self._read)

    @property
    def is_closed(self) -> bool:
        return self.libpq.status != ConnStatus.OK

    def has_ended(self) -> bool:
        """Return whether the server has closed the idle connection, without a round trip (about 1 us)."""
        return self.is_closed or self._connection.has_ended()

    def close(self) -> None:
        """Close immediately. The event loop must forget the socket before its number is reused."""
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket = -1
        self.libpq.finish()

    async def run(self, statement: Statement[Any], values: list[Any]) -> list[Record]:
        """Return the rows. Raises psycopg's errors. See `_result` for a cancelled task."""
        dumped = self._values.dump_sequence(values, [PyFormat.AUTO] * len(values))
        types, formats = self._values.types, self._values.formats
        key = (statement, types)
        prepared = self._prepared.get(key) or await self._prepare(key, statement.sql, types)
        self.libpq.send_query_prepared(prepared.name, dumped, param_formats=formats)
        result = await self._result()
        if prepared.rows is None:
            prepared.rows = self._rows_of(result)
        else:
            prepared.rows.set_pgresult(result, set_loaders=False)
        return _load(prepared.rows, result)

    async def run_slow(self, statement: Statement[Any], values: list[Any]) -> list[Record]:
        """Run a read within `SLOW_SECONDS`, planned for these values.

        A plan for any text does not use the index of searches. The limit is local to a transaction, because a pooler
        can give the connection to another client between two statements.
        """
        await self._command(_BEGIN_SLOW)
        try:
            dumped = self._values.dump_sequence(values, [PyFormat.AUTO] * len(values))
            types, formats = self._values.types, self._values.formats
            self.libpq.send_query_params(statement.sql, dumped, param_types=types, param_formats=formats)
            result = await self._result()
            records = _load(self._rows_of(result), result)
        except psycopg.Error:
            if not self.is_closed:
                await self._command(b"ROLLBACK")
            raise
        await self._command(b"COMMIT")
        return records

    def _rows_of(self, result: PGresult) -> abc.Transformer:
        rows: abc.Transformer = Transformer(self._connection)
        rows.set_pgresult(result)
        return rows

    async def _command(self, sql: bytes) -> None:
        self.libpq.send_query(sql)
        await self._result()

    async def _prepare(self, key: tuple[Any, ...], sql: bytes, types: Any) -> _Prepared:
        if len(self._prepared) >= MAX_PREPARED:
            _, oldest = self._prepared.popitem(last=False)
            self.libpq.send_close_prepared(oldest.name)
            await self._result()
        self._count += 1
        prepared = _Prepared(b"s%d" % self._count)
        self.libpq.send_prepare(prepared.name, sql, param_types=types)
        await self._result()
        self._prepared[key] = prepared
        return prepared

    async def _result(self) -> PGresult:
        """Wait for the result of what was sent. Raises its error.

        When the waiting task is cancelled, the connection is closed unless the statement ends within `GRACE_SECONDS`,
        for the reasons that `Connection.cancel_safe` has.
        """
        self._waiter = self._loop.create_future()
        try:
            if self.libpq.flush():
                self._loop.add_writer(self._socket, self._write)
            await self._waiter
        except asyncio.CancelledError:
            if self._waiter.cancelled():
                self._waiter = self._loop.create_future()
                await asyncio.wait([self._waiter], timeout=connection.GRACE_SECONDS)
            is_done = self._waiter.done() and self._waiter.exception() is None
            if not is_done or self.libpq.transaction_status != TransactionStatus.IDLE:
                self.close()
            raise
        except psycopg.Error:
            self.close()
            raise
        finally:
            self._waiter = None
            results, self._results = self._results, []
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        return results[-1]

    def _write(self) -> None:
        """Send the rest of a statement that is larger than the socket's buffer."""
        try:
            if not self.libpq.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.OperationalError as error:
            self._finish(error)

    def _read(self) -> None:
        if self._waiter is None:
            # An idle connection receives data only when the server ends it.
            self.close()
            return
        try:
            self.libpq.consume_input()
            while not self.libpq.is_busy():
                result = self.libpq.get_result()
                if result is None:
                    self._finish(None)
                    return
                self._results.append(result)
        except psycopg.OperationalError as error:
            self._finish(error)

    def _finish(self, error: psycopg.OperationalError | None) -> None:
        if self._waiter is None or self._waiter.done():
            return
        if error is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(error)


def _load(rows: abc.Transformer, result: PGresult) -> list[Record]:
    records: list[Record] = rows.load_rows(0, result.ntuples, tuple)
    return records
