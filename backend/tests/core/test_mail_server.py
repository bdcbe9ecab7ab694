"""Mails wait in the database until the mail server has accepted them, and arrive once (RE-03, R7, R8)."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import CapturingLogger

from app.core.clock import utc_now
from app.core.database import session as db
from app.core.jobs import GiveUp, worker
from app.core.mail import delivery, smtp
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail, send_mail
from app.core.settings import settings
from app.system.jobs import retry_mails
from app.system.mails import test_mail as template
from scripts.local.mailstore import parse
from tests.core.outbox import ADDRESS, attempt, queue
from tests.core.smtp_server import DROPPED, MailServer
from tests.fixtures import Clock, RunJobs


async def test_re03_mail_waits_for_a_stopped_server(session: AsyncSession, mail_server: MailServer) -> None:
    mail_server.stop()
    mail = await queue(session)
    assert isinstance(await attempt(session, mail), smtp.NotSent)
    error = f"{smtp.Unreachable.WORDS} (SMTPConnectError)"
    assert (mail.state, mail.attempts, mail.last_error) == ("queued", 1, error)
    mail_server.start()
    assert await attempt(session, mail) is None
    assert (mail.state, mail.attempts, mail.last_error) == ("sent", 2, None)
    assert len(mail_server.received) == 1


@pytest.mark.parametrize("response", ["RCPT 450 greylisted", "451 try again later", "RCPT 421 too busy"])
async def test_deferred_mail_is_sent_later(session: AsyncSession, mail_server: MailServer, response: str) -> None:
    mail_server.responses = [response]
    mail = await queue(session)
    error = await attempt(session, mail)
    assert type(error) is smtp.NotSent
    assert (mail.state, mail.last_error) == ("queued", response.removeprefix("RCPT "))
    assert await attempt(session, mail) is None
    assert (mail.state, len(mail_server.received)) == ("sent", 1)


async def test_mail_deferred_for_a_day_fails(session: AsyncSession, mail_server: MailServer, clock: Clock) -> None:
    mail_server.responses = ["451 later"] * 2
    mail = await queue(session)
    await attempt(session, mail)
    clock.advance(timedelta(days=1))
    assert isinstance(await attempt(session, mail), GiveUp)
    assert (mail.state, mail.last_error) == ("failed", "451 later")


@pytest.mark.parametrize("response", ["RCPT 550 5.1.1 no such user", "554 5.7.1 looks like spam"])
async def test_refused_mail_fails_immediately(session: AsyncSession, mail_server: MailServer, response: str) -> None:
    mail_server.responses = [response]
    mail = await queue(session)
    assert isinstance(await attempt(session, mail), GiveUp)
    assert (mail.state, mail.last_error) == ("failed", response.removeprefix("RCPT "))
    assert mail_server.received == []


async def test_refused_login_is_retried(
    session: AsyncSession, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SMTP_USER", "user")
    monkeypatch.setattr(settings, "SMTP_PASSWORD", SecretStr("secret-of-the-server"))
    mail_server.refuses_login = True
    mail = await queue(session)
    assert type(await attempt(session, mail)) is smtp.NotSent
    assert mail.state == "queued"
    assert (mail.last_error or "").startswith("535 ")
    assert "secret-of-the-server" not in (mail.last_error or "")


WORDS = f"550 <{ADDRESS}>: ada.lovelace is unknown, see https://example.com/reset-password#token=abcdef {'x' * 600}"


async def test_words_of_the_server_are_masked(session: AsyncSession, mail_server: MailServer) -> None:
    mail_server.responses = [f"RCPT {WORDS[:490]}"]
    mail = await queue(session)
    error = await attempt(session, mail)
    for words in (mail.last_error, str(error), repr(error)):
        assert "550" in (words or "")
        assert not re.search("ada|lovelace|example|token|abcdef", words or "")


async def test_op03_log_of_a_refusal_has_no_address(
    session: AsyncSession, mail_server: MailServer, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.responses = [f"RCPT {WORDS[:490]}"]
    await queue(session)
    logger = CapturingLogger()
    monkeypatch.setattr(worker, "logger", logger)
    await run_jobs()
    assert [call.args for call in logger.calls] == [("job_failed",)]
    assert not re.search("lovelace|abcdef", str(logger.calls))


async def test_masked_words_fit_the_column() -> None:
    assert len(smtp._without_secrets(WORDS, ADDRESS)) == 500


async def test_lost_response_sends_the_same_id(session: AsyncSession, mail_server: MailServer) -> None:
    mail_server.responses = [DROPPED]
    mail = await queue(session)
    assert type(await attempt(session, mail)) is smtp.Unreachable
    assert await attempt(session, mail) is None
    ids = [parse(raw)["Message-ID"] for raw in mail_server.received]
    assert ids == [mail.message_id] * 2


async def test_silent_server_ends_the_attempt(
    session: AsyncSession, silent_server: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "STEP_SECONDS", 0.2)
    mail = await queue(session)
    async with asyncio.timeout(5):
        assert type(await attempt(session, mail)) is smtp.Unreachable
    assert silent_server.is_set()
    assert mail.state == "queued"


async def test_slow_server_ends_the_attempt(
    session: AsyncSession, silent_server: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SEND_SECONDS", 0.2)
    mail = await queue(session)
    async with asyncio.timeout(5):
        assert type(await attempt(session, mail)) is smtp.Unreachable
    assert mail.last_error == f"{smtp.Unreachable.WORDS} (within 0.2 s)"


async def test_waiting_for_the_server_holds_no_connection(silent_server: asyncio.Event, live: AsyncClient) -> None:
    async with db.transaction() as session:
        await queue_mail(session, template, address=ADDRESS)
    async with db.transaction() as session:
        mail_id = (await session.exec(select(Mail.id))).one()
    sending = asyncio.ensure_future(send_mail(mail_id=str(mail_id)))
    await silent_server.wait()
    assert db.WriteSession.kw["bind"].pool.checkedout() == 0
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def scheduled(session: AsyncSession) -> list[Any]:
    connection = await session.connection()
    jobs = "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'mail.send_mail' ORDER BY id"
    return list((await connection.execute(text(jobs))).scalars())


async def test_r7_mails_leave_when_the_server_returns(session: AsyncSession, mail_server: MailServer) -> None:
    """Those that it has deferred keep their wait."""
    deferred, waiting = await queue(session), await queue(session)
    mail_server.responses = ["450 later"]
    await attempt(session, deferred)
    mail_server.stop()
    await attempt(session, waiting)
    later = utc_now() + timedelta(minutes=10)
    connection = await session.connection()
    await connection.execute(text("UPDATE procrastinate_jobs SET scheduled_at = :later"), {"later": later})
    await session.commit()
    await retry_mails()
    assert await scheduled(session) == [later, later]
    mail_server.start()
    await retry_mails()
    assert await scheduled(session) == [later, None]
