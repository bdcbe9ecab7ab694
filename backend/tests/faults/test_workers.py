"""Workers that are killed, stopped or lose the database: no job is lost (R12, R1, R3, R7)."""

import asyncio
import signal
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from httpx2 import AsyncClient

from app.core.database import session as db
from app.core.jobs import enqueue, worker
from app.core.logging import current_request_id
from scripts.local.ports import any_free_port
from tests.core.forwarding import forwarding, url_by
from tests.faults import worker_jobs
from tests.faults.workers import live_url, wait_for_statuses, worker_process


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def lines(ledger: Path) -> list[str]:
    return ledger.read_text(encoding="utf-8").split()


async def has_started(ledger: Path) -> None:
    async with asyncio.timeout(60):
        while not ledger.exists():  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.05)


async def enqueue_long(ledger: Path, seconds: float) -> None:
    async with db.transaction() as session:
        await enqueue(session, worker_jobs.start_and_end, file=str(ledger), seconds=seconds)


async def enqueue_lines(ledger: Path, count: int) -> None:
    async with db.transaction() as session:
        for number in range(count):
            await enqueue(session, worker_jobs.add, file=str(ledger), line=str(number))


async def test_r12_job_of_killed_worker_runs_again(live: AsyncClient, ledger: Path) -> None:
    await enqueue_long(ledger, 600)
    async with worker_process() as first:
        await has_started(ledger)
        first.process.kill()
        await first.ended(5)
    async with worker_process():
        await wait_for_statuses("succeeded")
    assert lines(ledger) == ["start", "start", "end"]


def test_r12_killed_jobs_run_again_within_a_minute() -> None:
    """The longest times until the last heartbeat is old, it is noticed, and the retry is found."""
    first_wait = 1.25 * worker.FIRST_WAIT.total_seconds()
    assert worker.STALLED_SECONDS + worker.HEARTBEAT_SECONDS + first_wait + worker.POLL_SECONDS < 60


async def test_terminated_worker_finishes_its_job(live: AsyncClient, ledger: Path) -> None:
    await enqueue_long(ledger, 2)
    async with worker_process() as stopped:
        await has_started(ledger)
        await enqueue_lines(ledger, 1)
        stopped.process.send_signal(signal.SIGTERM)
        assert await stopped.ended(20) == 0
        assert "procrastinate" not in "".join(stopped.lines)
    assert lines(ledger)[-1] == "end"
    async with worker_process():
        await wait_for_statuses("succeeded", "succeeded")


async def test_r03_worker_survives_the_loss_of_connections(live: AsyncClient, ledger: Path) -> None:
    name = urlsplit(live_url()).path.removeprefix("/")
    async with worker_process():
        for count in (5, 10):
            await enqueue_lines(ledger, 5)
            await wait_for_statuses(*["succeeded"] * count)
            with psycopg.connect(live_url().replace("+psycopg", "").replace(f"/{name}", "/postgres")) as admin:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    assert sorted(lines(ledger)) == sorted([str(number) for number in range(5)] * 2)


async def test_r01_r19_worker_waits_for_the_database(live: AsyncClient, ledger: Path) -> None:
    """The database starts late, and is away for 5 s while a job runs and others wait."""
    port, name = any_free_port(), urlsplit(live_url()).path
    url = urlsplit(url_by(port))._replace(path=name).geturl()
    await enqueue_long(ledger, 3)
    async with worker_process(url):
        await asyncio.sleep(3)
        async with forwarding(port):
            await has_started(ledger)
        await enqueue_lines(ledger, 5)
        await asyncio.sleep(5)
        async with forwarding(port):
            await wait_for_statuses(*["succeeded"] * 6)
    assert sorted(lines(ledger)) == sorted(["start", "end", *map(str, range(5))])


async def test_lines_of_a_job_have_the_request_id(live: AsyncClient, ledger: Path) -> None:
    token = current_request_id.set("request-of-this-test")
    await enqueue_long(ledger, 0)
    current_request_id.reset(token)
    async with worker_process() as running:
        await wait_for_statuses("succeeded")
    about = [line for line in running.lines if "start_and_end" in line]
    assert ["between" in about[0], "job_succeeded" in about[1], len(about)] == [True, True, 2]
    assert all("request_id=request-of-this-test" in line for line in about)


async def test_arguments_of_failed_jobs_are_not_logged(live: AsyncClient) -> None:
    async with db.transaction() as session:
        await enqueue(session, worker_jobs.give_up, secret="personal data")
    async with worker_process() as running:
        await wait_for_statuses("failed")
    written = "".join(running.lines)
    assert "job_failed" in written
    assert "personal data" not in written
