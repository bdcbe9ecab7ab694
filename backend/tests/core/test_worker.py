"""The worker retries, gives up, limits the time of jobs, and runs each tick once."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import procrastinate
import psycopg
import pytest
import sentry_sdk
from httpx2 import AsyncClient
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from sentry_sdk.transport import Transport
from sqlalchemy import text

import app.alembic.versions as versions
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.jobs import GiveUp, enqueue, job, worker
from app.core.jobs.definitions import Job
from app.core.settings import settings
from app.worker import ALIVE_FILE, is_alive

runs: list[str] = []


@job(retry_for=timedelta(seconds=5))
async def always_fail() -> None:
    runs.append("always_fail")
    raise RuntimeError("on purpose")


@job()
async def fail_once() -> None:
    runs.append("fail_once")
    if len(runs) == 1:
        raise RuntimeError("on purpose")


@job()
async def succeed() -> None:
    runs.append("succeed")


@job()
async def give_up() -> None:
    runs.append("give_up")
    raise GiveUp("on purpose")


@job(timeout=timedelta(seconds=0.1), retry_for=timedelta(0))
async def hang() -> None:
    await asyncio.sleep(60)


@job()
async def wait_long() -> None:
    runs.append("wait_long")
    await asyncio.sleep(60)


@job(unique="always", retry_for=timedelta(days=1))
async def fail_unique() -> None:
    runs.append("fail_unique")
    if len(runs) == 1:
        await enqueue_one(fail_unique)
        raise RuntimeError("on purpose")


class Sent(Transport):
    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.events += [item.payload.json for item in envelope.items if item.type == "event"]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    runs.clear()
    monkeypatch.setattr(worker, "FIRST_WAIT", timedelta(seconds=0.01))
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(worker, "SHUTDOWN_SECONDS", 0.1)


async def enqueue_one(declared: Job[Any]) -> None:
    async with db.transaction() as session:
        await enqueue(session, declared)


async def statuses() -> dict[str, str]:
    async with db.WriteSession() as session:
        query = text("SELECT task_name, status FROM procrastinate_jobs ORDER BY id")
        rows = await (await session.connection()).execute(query)
        return {name.partition(".")[2]: status for name, status in rows}


@asynccontextmanager
async def working(*declared: Job[Any], concurrency: int = 5) -> AsyncIterator[None]:
    """Run a worker on the database of `live`, with only these jobs."""
    url = db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)
    app = worker.make_app(url, declared)
    task = asyncio.create_task(worker.work(app, concurrency=concurrency, beat=lambda: None))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(is_done: Callable[[dict[str, str]], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_done(await statuses()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_failed_job_is_retried(live: AsyncClient) -> None:
    await enqueue_one(fail_once)
    async with working(fail_once):
        await until(lambda found: found["fail_once"] == "succeeded")
    assert runs == ["fail_once", "fail_once"]


async def test_job_fails_after_its_last_retry(live: AsyncClient) -> None:
    await enqueue_one(always_fail)
    async with working(always_fail):
        await until(lambda found: found["always_fail"] == "failed")
    assert len(runs) > 2


async def test_job_that_gives_up_is_not_retried(live: AsyncClient) -> None:
    await enqueue_one(give_up)
    async with working(give_up):
        await until(lambda found: found["give_up"] == "failed")
    assert runs == ["give_up"]


async def test_failed_job_is_reported_to_sentry(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SENTRY_DSN", "https://key@sentry.example.com/1")
    client = sentry_sdk.Client(dsn=settings.SENTRY_DSN, transport=Sent, default_integrations=False)
    await enqueue_one(give_up)
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(client)
        async with working(give_up):
            await until(lambda found: found["give_up"] == "failed")
    [event] = client.transport.events  # type: ignore[union-attr]
    assert event["exception"]["values"][-1]["type"] == "GiveUp"
    assert event["tags"]["job"] == "core.give_up"
    assert len(event["tags"]["request_id"]) == 32


async def test_hanging_job_is_cancelled(live: AsyncClient) -> None:
    await enqueue_one(hang)
    async with working(hang):
        await until(lambda found: found["hang"] == "failed")
    async with db.transaction() as session:
        found = await (await session.connection()).execute(text("SELECT args ->> 'last_error' FROM procrastinate_jobs"))
    assert found.scalars().all() == ["TimeoutError()"]


async def test_unfinished_job_is_handed_back(live: AsyncClient) -> None:
    await enqueue_one(wait_long)
    async with working(wait_long):
        await until(lambda found: bool(runs))
    assert await statuses() == {"wait_long": "todo"}


async def test_unknown_job_waits_for_a_newer_release(live: AsyncClient) -> None:
    await enqueue_one(fail_once)
    async with working():
        await asyncio.sleep(0.3)
    assert await statuses() == {"fail_once": "todo"}
    async with working(fail_once):
        await until(lambda found: found["fail_once"] == "succeeded")


async def test_retry_gives_way_to_an_equal_job(live: AsyncClient) -> None:
    await enqueue_one(fail_unique)
    async with working(fail_unique, concurrency=1):
        await until(lambda found: len(runs) == 2 and found["fail_unique"] == "succeeded")
        await asyncio.sleep(0.2)
    assert runs == ["fail_unique", "fail_unique"]


async def test_two_workers_run_each_tick_once(live: AsyncClient) -> None:
    ticks: list[int] = []

    @job(every="* * * * * */2")  # the last field counts seconds
    async def tick() -> None:
        ticks.append(round(time.time()))

    async with working(tick), working(tick):
        await asyncio.sleep(5)
    assert len(ticks) >= 2
    assert len(ticks) == len(set(ticks))


@pytest.mark.parametrize("attempts", [0, 1, 5, 1_000])
def test_waits_double_up_to_a_limit(monkeypatch: pytest.MonkeyPatch, attempts: int) -> None:
    monkeypatch.setattr(worker, "FIRST_WAIT", timedelta(seconds=2))
    now = utc_now()
    moment = worker.retry_at(fail_once, enqueued_at=now, attempts=attempts)
    assert moment is not None
    expected = min(2 * 2**attempts, 600)
    assert 0.75 * expected <= (moment - now).total_seconds() < 1.25 * expected + 1


async def test_lost_connection_delays_the_end_of_a_job(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first attempt takes effect, but its response is lost."""
    finish, lost = JobManager.finish_job_by_id_async, [True]

    async def finish_and_lose(*arguments: Any) -> None:
        await finish(*arguments)
        if lost.pop():
            lost.append(False)
            raise ConnectorException from psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(JobManager, "finish_job_by_id_async", finish_and_lose)
    await enqueue_one(succeed)
    async with working(succeed):
        await until(lambda found: found["succeed"] == "succeeded")
        await asyncio.sleep(1)  # a second attempt is refused, because the job has ended
    assert lost == [False]


def test_no_retry_after_a_day() -> None:
    yesterday = utc_now() - timedelta(days=1)
    assert worker.retry_at(fail_once, enqueued_at=yesterday, attempts=40) is None


@pytest.mark.parametrize(("age", "alive"), [(0, True), (50, True), (70, False), (None, False)])
def test_check_reads_the_age_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, age: int | None, alive: bool
) -> None:
    file = tmp_path / ALIVE_FILE.name
    monkeypatch.setattr("app.worker.ALIVE_FILE", file)
    if age is not None:
        file.touch()
        os.utime(file, (time.time() - age, time.time() - age))
    assert is_alive() is alive


def test_schema_is_that_of_procrastinate() -> None:
    """After an upgrade, add a migration with the files that its release notes name, and change this test."""
    stored = Path(versions.__path__[0], "0016_core_jobs.sql").read_text(encoding="utf-8")
    assert procrastinate.__version__.startswith("3.")
    assert stored == SchemaManager.get_schema()
