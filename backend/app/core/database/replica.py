"""Lists, exports and statistics read from a streaming replica, while it is at most `MAX_LAG_SECONDS` behind.

Everything else reads from the primary: sessions, permissions, single records, and whatever a user reads who has just
written. If the replica lags, stops or fails, all reads use the primary until it is back.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from math import inf
from time import monotonic
from typing import Any

import psycopg
import psycopg.errors as pg
import structlog
from sqlalchemy import ColumnElement, literal_column
from sqlmodel import select

from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.connection import PoolTimeout
from app.core.database.engine import ENGINE_OPTIONS
from app.core.database.prepared_connection import PreparedConnection
from app.core.database.statements import Record, Statement

logger = structlog.get_logger(__name__)

OWN_WRITE_SECONDS = 5
"""For at least this long after a commit, its user reads from the primary."""
MAX_LAG_SECONDS = 4
"""Below `OWN_WRITE_SECONDS`, so that the replica has a user's writes when it serves the user again."""
SAMPLE_SECONDS = 1.0
SAMPLE_TIMEOUT = 2
BACK_SECONDS = 5
"""How long the replica must have had no problem before it is used again."""
READ_SECONDS = 3
"""Time limit of a read, which leaves time to repeat it on the primary. Slow statements have a shorter one."""
CATCH_UP_SECONDS = 0.02
WAIT_SECONDS = 1
"""How long a read waits for a connection before it uses the primary."""

reads_from_replica: ContextVar[bool] = ContextVar("reads_from_replica", default=False)
"""Whether the lists of this request can come from the replica."""

_SYSTEM: ColumnElement[int] = literal_column("(SELECT system_identifier FROM pg_control_system())").label("system")
_WRITTEN = Statement(
    select(literal_column("(pg_current_wal_lsn() - '0/0')::bigint").label("position"), _SYSTEM), lane="session"
)
_REPLAYED = Statement(
    select(
        literal_column(
            "CASE WHEN pg_is_in_recovery() AND EXISTS (SELECT FROM pg_stat_wal_receiver) "
            "THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END"
        ).label("position"),
        _SYSTEM,
    ),
    lane="session",
)


class _ReplicaPool(AutocommitPool):
    async def _open(self) -> PreparedConnection:
        """Try once: a read does not wait for a replica that restarts."""
        try:
            return await self._connect()
        except BaseException:
            self._return_place()
            raise


class Replica:
    """The `Source` of a process that has a replica. `problem` says why it is left out.

    Once a second, it asks the primary how far its log is written, and the replica how far it has replayed that. The
    replica has every commit older than the newest position of the primary that it has replayed.
    """

    def __init__(self, primary: AutocommitPool, url: str) -> None:
        self.primary = primary
        self._pool = _ReplicaPool(url, {**ENGINE_OPTIONS, "pool_timeout": WAIT_SECONDS})
        self._written: deque[tuple[float, int]] = deque(maxlen=10)
        """The times of the last samples, and the positions of the primary at these times."""
        self._complete_at = self._usable_until = self._failed_at = -inf
        self.problem: str | None = None
        self.checked = asyncio.Event()

    @property
    def is_used(self) -> bool:
        return monotonic() < self._usable_until

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Sample in the background. Does not wait for the replica, which is left out until it has been checked."""
        async with self._pool:
            task = asyncio.create_task(self._watch(), name="database-replica")
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def fetch(self, statement: Statement[Any], values: list[Any]) -> list[Record]:
        if statement.from_replica and reads_from_replica.get() and self.is_used:
            try:
                async with asyncio.timeout(READ_SECONDS):
                    return await self._pool.fetch(statement, values)
            except (pg.QueryCanceled, psycopg.DataError):
                raise  # the statement itself is too slow or invalid, also on the primary
            except (psycopg.Error, TimeoutError) as error:
                if _is_failure(error):
                    self._leave_out("A read failed.", error=type(error).__name__)
        return await self.primary.fetch(statement, values)

    async def catch_up(self) -> None:
        """Wait until the replica has replayed what is committed now, or is left out."""
        with suppress(psycopg.Error):
            [(written, _)] = await self.primary.fetch(_WRITTEN, [])
            while self.is_used:
                [(replayed, _)] = await self._pool.fetch(_REPLAYED, [])
                if replayed is None or replayed >= written:
                    return
                await asyncio.sleep(CATCH_UP_SECONDS)

    async def _watch(self) -> None:
        while True:
            problem = await self._sample()
            if problem:
                self._leave_out(problem)
            elif monotonic() - self._failed_at >= BACK_SECONDS:
                self._use()
            self.checked.set()
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _sample(self) -> str | None:
        """Return the problem, or None if the replica can be used."""
        server = "primary"
        try:
            async with asyncio.timeout(SAMPLE_TIMEOUT):
                asked_at = monotonic()
                [(written, system)] = await self.primary.fetch(_WRITTEN, [])
                self._written.append((asked_at, written))
                server = "replica"
                [(replayed, system_of_replica)] = await self._pool.fetch(_REPLAYED, [])
        except (psycopg.Error, TimeoutError):
            return f"The {server} does not respond."
        if replayed is None or system != system_of_replica:
            return "It does not stream from the primary."
        self._complete_at = max((at for at, written in self._written if written <= replayed), default=-inf)
        if monotonic() - self._complete_at >= MAX_LAG_SECONDS:
            return f"It is more than {MAX_LAG_SECONDS} s behind the primary."
        return None

    def _use(self) -> None:
        self._usable_until = self._complete_at + MAX_LAG_SECONDS
        if self.problem:
            self.problem = None
            logger.info("database_replica_back")

    def _leave_out(self, problem: str, **details: str) -> None:
        self._usable_until, self._failed_at = -inf, monotonic()
        if self.problem is None:
            logger.warning("database_replica_left_out", reason=problem, **details)
        self.problem = problem


def _is_failure(error: Exception) -> bool:
    """Return whether the replica is at fault, and not busy or in conflict with what it replays."""
    is_usual = isinstance(error, PoolTimeout | pg.SerializationFailure | pg.DeadlockDetected)
    return isinstance(error, TimeoutError | psycopg.OperationalError) and not is_usual
