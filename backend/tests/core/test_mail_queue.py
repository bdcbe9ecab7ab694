"""A silent mail server delays mails only, and a worker that is back sends what waits (R7, R8)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from httpx2 import AsyncClient
from sqlmodel import select

from app.core.database import session as db
from app.core.jobs import enqueue, job, worker
from app.core.mail import smtp
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail, send_mail
from app.system.mails import test_mail as template
from tests.core.smtp_server import MailServer

CONCURRENCY = 3
done = asyncio.Event()


@job()
async def something_else() -> None:
    done.set()


@asynccontextmanager
async def working(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(worker, "SHUTDOWN_SECONDS", 0.1)
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.05)
    url = db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)
    app = worker.make_app(url, [something_else, send_mail])
    task = asyncio.create_task(worker.work(app, concurrency=CONCURRENCY, beat=lambda: None))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def queue_mails(count: int) -> None:
    async with db.transaction() as session:
        for number in range(count):
            await queue_mail(session, template, address=f"user{number}@example.com")


async def test_r8_silent_server_delays_no_other_job(
    live: AsyncClient, silent_server: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    done.clear()
    monkeypatch.setattr(smtp, "STEP_SECONDS", 60)
    await queue_mails(CONCURRENCY * 2)
    async with working(monkeypatch), asyncio.timeout(20):
        await silent_server.wait()
        async with db.transaction() as session:
            await enqueue(session, something_else)
        await done.wait()


async def test_r7_worker_sends_each_waiting_mail_once(
    live: AsyncClient, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.stop()
    await queue_mails(5)
    async with working(monkeypatch), asyncio.timeout(30):
        await until({("queued", 1)})
        mail_server.start()
        await until({("sent", 2)})
    assert sorted(mail_server.recipients) == [f"user{number}@example.com" for number in range(5)]


async def until(expected: set[tuple[str, int]]) -> None:
    """Wait until the mails have these states and numbers of attempts."""
    found: set[tuple[str, int]] = set()
    while found != expected:
        await asyncio.sleep(0.05)
        async with db.WriteSession() as session:
            found = set((await session.exec(select(Mail.state, Mail.attempts))).all())
