"""Fixtures for the whole application with real PostgreSQL and SMTP; nothing of ours is mocked.

`client` uses one transaction that is rolled back after the test. `live` has its own database with
real commits and a real connection pool, for tests of concurrent requests.
"""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import ids
from app.core.clock import utc_now
from app.core.database import engine as database_engine
from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.change_notifier import change_notifier, notify_commits_of
from app.core.database.statements import Record, Source, Statement
from app.core.features import modules
from app.core.jobs.definitions import registered
from app.core.jobs.worker import run
from app.core.limits import stores as limit_stores
from app.core.limits import windows
from app.core.limits.local import LocalStore
from app.core.limits.rates import Rates, rates
from app.core.runtime import health
from app.core.security.key_material import derive_key
from app.core.security.signed_tokens import key_ring
from app.core.settings import settings
from app.main import app
from scripts.local.mailstore import Mail
from tests import conftest
from tests.core.documented import refuse_undocumented
from tests.core.log_guard import install, no_secret_in_logs, note_request, note_response  # noqa: F401 - a fixture

pytest_plugins = ["tests.auth.mailbox", "tests.core.limits", "tests.core.replicas", "tests.core.smtp_server"]

install()
# Tests of the stored keys have key rings of their own.
key_ring.use([derive_key(settings.SECRET_KEY.get_secret_value())])

BASE_URL = "http://localhost:8000"
RunJobs = Callable[[], Awaitable[None]]
_EPOCH = datetime.fromtimestamp(0, UTC)
# Not the statements of a transaction itself, such as those that say for triggers who acts in it.
_BOUNDARIES = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config('app.actor'")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def one_event_loop() -> AsyncIterator[None]:
    """Keep one event loop for all tests, because the pool's connections belong to a loop."""
    yield
    await health.database.aclose()
    await database_engine.engine.dispose()


@pytest.fixture(autouse=True)
def no_limit_is_used(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what this process knows of limits: all tests share one address. The table must have counted them."""
    monkeypatch.setattr(limit_stores, "STORE_SECONDS", 30.0)  # for a busy machine
    windows.forget()
    vars(rates).update(vars(Rates()))
    stores = limit_stores.stores
    stores.local = LocalStore()
    stores.left_out_until.clear()
    yield
    assert not stores.left_out_until, "a statement of the limits failed"


class JoinedConnection:
    """The test's connection for `AutocommitSession`. A failed statement is rolled back, as in the pool."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    async def fetch(self, statement: Statement, values: list[Any]) -> list[Record]:
        async with self._lock, self._connection.transaction():
            cursor = psycopg.AsyncRawCursor(self._connection)
            await cursor.execute(statement.sql, values)
            return list(await cursor.fetchall())


@asynccontextmanager
async def bound_to(bind: object, source: Source, **options: object) -> AsyncIterator[None]:
    """Bind both kinds of session to other connections."""
    before, source_before = db.WriteSession.kw["bind"], vars(db.autocommit_session).get("source")
    db.WriteSession.configure(bind=bind, **options)
    db.autocommit_session.source = source
    try:
        yield
    finally:
        db.WriteSession.configure(bind=before, join_transaction_mode="conditional_savepoint")
        vars(db.autocommit_session)["source"] = source_before


@pytest.fixture
async def session(one_event_loop: None) -> AsyncIterator[AsyncSession]:
    """A session in the test's transaction, which the application's sessions join."""
    async with database_engine.engine.connect() as connection:
        transaction = await connection.begin()
        await connection.execute(text("SELECT 1"))  # the driver begins the transaction with the first statement
        raw = (await connection.get_raw_connection()).driver_connection
        joined = bound_to(connection, JoinedConnection(raw), join_transaction_mode="create_savepoint")
        async with joined, db.WriteSession() as session:
            yield session
        await transaction.rollback()


@pytest.fixture
def run_jobs() -> RunJobs:
    """Run the queued jobs, once each. A job that fails or is to be retried has the status `failed` afterwards."""
    list(modules("jobs"))

    async def run_queued() -> None:
        while True:
            async with db.transaction() as session:
                fetch = text("SELECT id, task_name, args FROM procrastinate_fetch_job_v2(NULL, NULL)")
                job = (await (await session.connection()).execute(fetch)).one()
            if job.id is None:
                return
            try:
                await run(registered[job.task_name], job.args, job_id=job.id)
                status = "succeeded"
            except Exception:  # noqa: BLE001 - the worker does the same
                status = "failed"
            async with db.transaction() as session:
                finish = text(
                    "SELECT procrastinate_finish_job_v1(:id, CAST(:status AS procrastinate_job_status), false)"
                )
                await (await session.connection()).execute(finish, {"id": job.id, "status": status})

    return run_queued


def application_client() -> AsyncClient:
    """A client that fails the test if the OpenAPI document does not declare a response."""
    hooks: dict[str, list[Any]] = {"request": [note_request], "response": [note_response, refuse_undocumented]}
    return AsyncClient(transport=ASGITransport(app), base_url=BASE_URL, event_hooks=hooks)


@pytest.fixture
async def client(session: AsyncSession, run_jobs: RunJobs) -> AsyncIterator[AsyncClient]:
    async with application_client() as client:
        yield client


@pytest.fixture
async def live(one_event_loop: None) -> AsyncIterator[AsyncClient]:
    """A client of the application with its own database, for concurrent requests."""
    name = f"live_{uuid.uuid4().hex[:12]}"
    await asyncio.to_thread(conftest.copy_template, name)
    url = settings.database_url.rpartition("/")[0] + f"/{name}"
    engine = database_engine.make_engine(url)
    notify_commits_of(engine)
    client = application_client()
    pool = AutocommitPool(url, database_engine.ENGINE_OPTIONS)
    async with pool, change_notifier.sending(pool), bound_to(engine, pool), client:
        yield client
    await engine.dispose()
    await asyncio.to_thread(conftest.drop_database, name)


class Clock:
    """The time of day as the application reads it. It runs on unless it is frozen."""

    def __init__(self) -> None:
        self._frozen_at: int | None = None
        self._ahead = 0

    def time_ns(self) -> int:
        return (time.time_ns() if self._frozen_at is None else self._frozen_at) + self._ahead

    def freeze(self, moment: datetime | None = None) -> datetime:
        """Stops the clock, now or at the given moment. Returns what it shows."""
        now = self.time_ns() // 1_000 if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)
        self._frozen_at, self._ahead = now * 1_000, 0
        return utc_now()

    def advance(self, by: timedelta) -> None:
        self._ahead += by // timedelta(microseconds=1) * 1_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Freezes the clock of the application, or sets it forward, until the test ends."""
    clock = Clock()
    monkeypatch.setattr("app.core.clock._time_ns", clock.time_ns)
    monkeypatch.setattr(ids, "_last_ticks", ids._last_ticks)  # later tests get ids of the real time again
    return clock


@pytest.fixture
def mails() -> Callable[[], list[Mail]]:
    """The mails that have arrived by SMTP since the test began, newest first."""
    assert conftest.mailbox is not None
    conftest.mailbox.store.delete([])
    return conftest.mailbox.store.newest


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the driver executes, from both kinds of session."""
    seen: list[str] = []
    execute, execute_many = psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany

    async def recorded(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if not text.startswith(_BOUNDARIES):
            seen.append(text)
        return await execute(cursor, query, *arguments, **options)

    async def recorded_many(cursor: Any, query: Any, parameters: Any, **options: Any) -> Any:
        parameters = list(parameters)
        seen.extend([str(query)] * len(parameters))
        return await execute_many(cursor, query, parameters, **options)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", recorded)
    monkeypatch.setattr(psycopg.AsyncCursor, "executemany", recorded_many)
    return seen


@pytest.fixture
def empty_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a database without tables. Migrations in the test use it."""
    name, server = f"migrations_{uuid.uuid4().hex[:12]}", os.environ["TEST_POSTGRES_URL"]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    monkeypatch.setattr(settings, "DATABASE_URL", SecretStr(f"{server}/{name}"))
    yield f"{server}/{name}"
    conftest.drop_database(name)
