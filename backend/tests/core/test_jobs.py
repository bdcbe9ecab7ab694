"""Jobs run after the commit, with retries and limits, and never delay a request (RE-02, R8)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import structlog.testing
from httpx2 import AsyncClient
from sqlalchemy import event
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from tenacity import wait_none

from app.core import jobs
from app.core.database import session as db
from app.core.errors import Unavailable
from app.core.jobs import Job, defer
from app.core.settings import settings
from app.users.models import User
from scripts.local.ports import any_free_port
from tests.core.answers import problem
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD, create_user


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "wait_exponential", lambda **_: wait_none())


class Work:
    """A job that fails on its first attempts, or hangs."""

    def __init__(self, *, failures: int = 0, hangs: bool = False) -> None:
        self.calls: list[Any] = []
        self.failures = failures
        self.hangs = hangs

    async def run(self, *, value: Any = None) -> None:
        self.calls.append(value)
        if self.hangs:
            await asyncio.Event().wait()
        if len(self.calls) <= self.failures:
            raise RuntimeError("on purpose")


async def test_job_starts_after_the_commit(session: AsyncSession) -> None:
    order: list[str] = []

    async def work() -> None:
        order.append("job")

    async with jobs.workers(), db.transaction() as transaction:
        await transaction.exec(select(1))
        event.listen(transaction.sync_session, "after_commit", lambda _: order.append("commit"))
        defer(transaction, work)
        await asyncio.sleep(0)
    assert order == ["commit", "job"]


async def test_failed_commit_starts_no_job(session: AsyncSession) -> None:
    work = Work()

    def fail(_: object) -> None:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):  # noqa: PT012
        async with jobs.workers(), db.transaction() as transaction:
            event.listen(transaction.sync_session, "before_commit", fail)
            defer(transaction, work.run)
    assert work.calls == []


async def test_rolled_back_transaction_starts_no_job(session: AsyncSession) -> None:
    work = Work()
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with jobs.workers(), db.transaction() as transaction:
            defer(transaction, work.run)
            raise RuntimeError("on purpose")
    assert work.calls == []


async def test_jobs_of_a_transaction_start_once(session: AsyncSession, run_jobs: RunJobs) -> None:
    work = Work()
    async with db.transaction() as transaction:
        for value in range(3):
            defer(transaction, work.run, value=value)
    await run_jobs()
    await run_jobs()
    assert work.calls == [0, 1, 2]


@pytest.mark.parametrize(("failures", "calls"), [(0, 1), (1, 2), (2, 3), (3, 3), (9, 3)])
async def test_failing_job_is_tried_three_times(failures: int, calls: int) -> None:
    work = Work(failures=failures)
    await jobs.run(Job(work.run, {}))
    assert len(work.calls) == calls


async def test_waits_between_attempts_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    await jobs.run(Job(Work(failures=3).run, {}))
    assert len(waits) == 2
    assert 0 < waits[0] < waits[1]


async def test_hanging_job_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RUN_SECONDS", 0.01)
    work = Work(hangs=True)
    await jobs.run(Job(work.run, {}))
    assert len(work.calls) == 3


async def test_failing_job_does_not_stop_its_worker(session: AsyncSession) -> None:
    bad, good = Work(failures=9), Work()
    async with jobs.workers(), db.transaction() as transaction:
        for _ in range(jobs.WORKERS * 2):
            defer(transaction, bad.run)
        defer(transaction, good.run)
    assert len(good.calls) == 1


async def test_full_queue_refuses_before_the_commit(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "QUEUE_SIZE", 2)
    work = Work()
    async with jobs.workers():
        with pytest.raises(Unavailable):  # noqa: PT012
            async with db.transaction() as transaction:
                for value in range(3):
                    defer(transaction, work.run, value=value)
        async with db.transaction() as transaction:
            defer(transaction, work.run, value="later")
            defer(transaction, work.run, value="latest")
    assert work.calls == ["later", "latest"]


async def test_open_transactions_have_their_places(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "QUEUE_SIZE", 2)
    work = Work()
    async with jobs.workers(), db.transaction() as first:
        defer(first, work.run)
        async with db.transaction() as second:
            await second.exec(select(1))
            defer(second, work.run)
            async with db.WriteSession() as third:
                with pytest.raises(Unavailable):
                    defer(third, work.run)
            await second.rollback()
            async with db.WriteSession() as fourth:
                defer(fourth, work.run)
    assert len(work.calls) == 1


async def test_rollback_to_a_savepoint_keeps_jobs(session: AsyncSession) -> None:
    work = Work()
    async with jobs.workers(), db.transaction() as transaction:
        defer(transaction, work.run)
        async with transaction.begin_nested() as savepoint:
            await savepoint.rollback()
    assert len(work.calls) == 1


async def test_rollback_inside_a_request_discards_jobs(session: AsyncSession) -> None:
    work = Work()
    async with jobs.workers(), db.transaction() as transaction:
        await transaction.exec(select(1))
        defer(transaction, work.run)
        await transaction.rollback()
    assert work.calls == []


async def test_request_with_a_full_queue_is_503(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is acknowledged that would be dropped."""
    monkeypatch.setattr(jobs, "QUEUE_SIZE", 0)
    body = {"email": "ada@example.com", "password": PASSWORD}
    for response in (
        await client.post("/api/v1/users/signup", json=body),
        await client.post("/api/v1/password-recovery/ada@example.com"),
    ):
        assert (problem(response), response.headers["retry-after"]) == ((503, "UNAV_001"), "1")
    assert (await session.exec(select(User))).all() == []


async def test_commit_without_workers_succeeds(session: AsyncSession) -> None:
    work = Work()
    async with db.transaction() as transaction:
        defer(transaction, work.run)
    assert work.calls == []


async def test_shutdown_finishes_queued_jobs(session: AsyncSession) -> None:
    work = Work()
    async with jobs.workers(), db.transaction() as transaction:
        for value in range(50):
            defer(transaction, work.run, value=value)
    assert work.calls == list(range(50))


async def test_shutdown_waits_for_a_limited_time(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SHUTDOWN_SECONDS", 0.01)
    work = Work(hangs=True)
    async with jobs.workers(), db.transaction() as transaction:
        defer(transaction, work.run)
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("job-worker")]


async def test_jobs_lost_at_shutdown_are_logged(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SHUTDOWN_SECONDS", 0.01)
    work = Work(hangs=True)
    with structlog.testing.capture_logs() as logs:
        async with jobs.workers(), db.transaction() as transaction:
            for _ in range(jobs.WORKERS + 2):
                defer(transaction, work.run)
    lost = {"event": "job_lost_at_shutdown", "log_level": "error", "job": "run", "lost": jobs.WORKERS + 2}
    assert logs == [lost] * (jobs.WORKERS + 2)


async def test_swallowed_cancellation_does_not_block_shutdown(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SHUTDOWN_SECONDS", 0.01)

    async def swallow() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

    async with asyncio.timeout(10):
        async with jobs.workers(), db.transaction() as transaction:
            defer(transaction, swallow)


@pytest.fixture
async def silent_smtp(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """A mail server that accepts connections but never responds. The first connection sets the event."""
    connected, ended = asyncio.Event(), asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    monkeypatch.setattr(settings, "SMTP_PORT", server.sockets[0].getsockname()[1])
    monkeypatch.setattr(jobs, "SHUTDOWN_SECONDS", 0)
    yield connected
    ended.set()
    server.close()
    await server.wait_closed()


async def test_silent_mail_server_delays_no_request(silent_smtp: asyncio.Event, live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
    for _ in range(jobs.WORKERS + 2):
        assert (await live.post(f"/api/v1/password-recovery/{user.email}")).status_code == 200
    await silent_smtp.wait()
    body = {"email": "ada@example.com", "password": PASSWORD}
    assert (await live.post("/api/v1/users/signup", json=body)).status_code == 200


async def test_silent_mail_server_blocks_no_pool_connection(silent_smtp: asyncio.Event, live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
    await live.post(f"/api/v1/password-recovery/{user.email}")
    await silent_smtp.wait()
    assert db.WriteSession.kw["bind"].pool.checkedout() == 0


async def test_unreachable_mail_server_fails_no_request(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SMTP_PORT", any_free_port())
    body = {"email": "ada@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/users/signup", json=body)).status_code == 200
    assert (await client.post("/api/v1/password-recovery/ada@example.com")).status_code == 200
    await run_jobs()
