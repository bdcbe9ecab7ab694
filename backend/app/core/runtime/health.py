"""Readiness of this process, for `/health/ready`.

A feature adds checks in its `health.py`, as `CHECKS: dict[str, CheckFunction]`. They run up to once a second, so an
expensive check caches its result. Only the state `failed` takes the process out of service.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Literal, LiteralString, NamedTuple

import psycopg
import structlog
from psycopg import AsyncConnection
from sqlmodel import SQLModel

from app.core.database.engine import ENGINE_OPTIONS
from app.core.database.replica import Replica
from app.core.database.session import autocommit_session
from app.core.features import modules
from app.core.migrations.applied import APPLIED, REVISIONS
from app.core.runtime.shutdown import is_draining
from app.core.settings import settings

logger = structlog.get_logger(__name__)

CHECK_SECONDS = 1.0
CACHE_SECONDS = 1.0

_IS_READ_ONLY = "SELECT current_setting('transaction_read_only')"

State = Literal["ok", "warning", "failed"]
_STATES: tuple[State, ...] = ("ok", "warning", "failed")


class Check(NamedTuple):
    """Result of a check. `detail` is one sentence. It is public, so it names no version, address or library error."""

    state: State
    detail: str | None = None


CheckFunction = Callable[[], Awaitable[Check]]


class Liveness(SQLModel):
    status: Literal["ok"] = "ok"


class CheckResult(SQLModel):
    state: State
    ms: float
    """Duration of the check in milliseconds."""
    detail: str | None = None


class Readiness(SQLModel):
    status: State
    """Worst state of all checks."""
    checks: dict[str, CheckResult]


class _Runner:
    """Runs one check. A hanging check is neither restarted nor cancelled; cancelling it could hang as well."""

    def __init__(self, name: str, run: CheckFunction, unknown: State) -> None:
        self._name, self._run, self._unknown = name, run, unknown
        self._task: asyncio.Task[Check] | None = None

    async def result(self) -> CheckResult:
        started = time.perf_counter()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run_safely(), name=f"check-{self._name}")
        done, _ = await asyncio.wait({self._task}, timeout=CHECK_SECONDS)
        check = self._task.result() if done else Check(self._unknown, f"No response within {CHECK_SECONDS:g} s.")
        ms = round((time.perf_counter() - started) * 1000, 1)
        return CheckResult(state=check.state, ms=ms, detail=check.detail)

    async def _run_safely(self) -> Check:
        try:
            return await self._run()
        except Exception:
            logger.exception("health_check_error", check=self._name)
            return Check(self._unknown, "The check itself failed. See the log for the reason.")


class Database:
    """The checks' own connection, so that a process is not reported as failed only because its pools are in use."""

    def __init__(self, url: str = settings.database_url) -> None:
        self._url = url.replace("+psycopg", "", 1)
        self._connection: AsyncConnection | None = None
        self._lock = asyncio.Lock()

    async def check_connection(self) -> Check:
        try:
            if await self._first_column(_IS_READ_ONLY) == ["on"]:
                await self.aclose()  # after a failover, only a new connection shows the current state
                if await self._first_column(_IS_READ_ONLY) == ["on"]:
                    return Check("failed", "The database is read-only.")
        except psycopg.Error:
            return Check("failed", "The database cannot be reached.")
        return Check("ok")

    async def check_migrations(self) -> Check:
        """Compare the schema with this release. During a deployment the schema is newer (decision 0024)."""
        try:
            found = await self._first_column(APPLIED)
        except psycopg.errors.UndefinedTable:
            found = []
        except psycopg.Error:
            return Check("failed", "Unknown, because the database cannot be reached.")
        if missing := sorted(set(REVISIONS) - set(found)):
            logger.warning("schema_behind", missing=missing)
            return Check("failed", "The schema is older than this release. Run python -m app.prestart.")
        if max(found) > REVISIONS[-1]:
            return Check("warning", "The schema is newer than this release.")
        return Check("ok")

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _first_column(self, query: LiteralString) -> list[str]:
        async with self._lock:
            if self._connection is not None:
                try:
                    return await _first_column(self._connection, query)
                except psycopg.OperationalError:
                    await self.aclose()  # it may have been lost long ago; only a new one shows the current state
            options = ENGINE_OPTIONS["connect_args"]
            # Nothing is prepared, so that no ALTER TABLE or DISCARD ALL can make the checks fail for good.
            self._connection = await AsyncConnection.connect(
                self._url, autocommit=True, prepare_threshold=None, **options
            )
            return await _first_column(self._connection, query)


async def _first_column(connection: AsyncConnection, query: LiteralString) -> list[str]:
    cursor = await connection.execute(query)
    return [row[0] for row in await cursor.fetchall()]


database = Database()


async def check_replica() -> Check:
    """Report what this process knows of the replica. While it is left out, reads use the primary."""
    source = autocommit_session.source
    if isinstance(source, Replica):
        await source.checked.wait()
        if not source.is_used:
            return Check("warning", f"The replica is left out. {source.problem or ''}".strip())
    return Check("ok")


class Health:
    """The checks of this process, with their last results."""

    def __init__(self, database: Database = database) -> None:
        own = {"database": database.check_connection, "migrations": database.check_migrations}
        self._runners = {name: _Runner(name, run, "failed") for name, run in own.items()}
        if settings.database_replica_url:
            self._runners["replica"] = _Runner("replica", check_replica, "warning")
        for module in modules("health"):
            self._runners |= {name: _Runner(name, run, "warning") for name, run in module.CHECKS.items()}
        self._results: dict[str, CheckResult] = {}
        self._expires_at = 0.0
        self._lock = asyncio.Lock()

    async def readiness(self) -> Readiness:
        """Return all results within about a second. A shutdown shows immediately, despite the cache."""
        async with self._lock:
            if time.monotonic() >= self._expires_at:
                results = await asyncio.gather(*(runner.result() for runner in self._runners.values()))
                self._results = dict(zip(self._runners, results, strict=True))
                self._expires_at = time.monotonic() + CACHE_SECONDS
        shutting_down = CheckResult(state="failed", ms=0, detail="The process is shutting down.")
        checks = {**self._results, "accepting": shutting_down if is_draining() else CheckResult(state="ok", ms=0)}
        status = max((check.state for check in checks.values()), key=_STATES.index)
        return Readiness(status=status, checks=checks)
