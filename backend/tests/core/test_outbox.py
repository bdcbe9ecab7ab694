"""Mails are rows and jobs of the transaction that causes them; limits, and what becomes of them (D11, RE-11)."""

import uuid
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import mails
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.jobs import GiveUp
from app.core.mail.models import Mail
from app.core.mail.outbox import delete_old_mails, queue_mail, resend_mail, send_mail
from app.core.settings import settings
from app.system.mails import test_mail as template
from scripts.local.mailstore import parse
from tests.core.outbox import ADDRESS, attempt, queue
from tests.core.smtp_server import MailServer
from tests.fixtures import Clock, RunJobs
from tests.users.factories import create_user


async def test_mail_is_a_row_and_a_job(session: AsyncSession) -> None:
    mail = await queue(session)
    connection = await session.connection()
    [(name, arguments)] = await connection.execute(text("SELECT task_name, args FROM procrastinate_jobs"))
    assert (mail.template, mail.address, mail.state, mail.attempts) == ("system.test_mail", ADDRESS, "queued", 0)
    assert (name, arguments["arguments"]) == ("mail.send_mail", {"mail_id": str(mail.id)})
    assert ADDRESS not in str(arguments)


async def test_rollback_leaves_no_mail(session: AsyncSession) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with db.transaction() as transaction:
            await queue_mail(transaction, template, address=ADDRESS)
            raise RuntimeError("on purpose")
    connection = await session.connection()
    for table in ("mails", "procrastinate_jobs"):
        assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0  # noqa: S608


async def test_mail_without_recipient_is_refused(session: AsyncSession) -> None:
    with pytest.raises(ValueError, match="recipient_id or an address"):
        await queue_mail(session, template)


async def test_sent_mail_is_recorded(session: AsyncSession, mail_server: MailServer) -> None:
    mail = await queue(session)
    assert await attempt(session, mail) is None
    assert (mail.state, mail.attempts, mail.last_error) == ("sent", 1, None)
    assert mail.subject == "Workbench - Test email"
    assert mail.sent_at is not None
    [raw] = mail_server.received
    assert parse(raw)["Message-ID"] == mail.message_id


async def test_mail_has_the_id_of_its_request(
    client: AsyncClient, session: AsyncSession, mail_server: MailServer, run_jobs: RunJobs
) -> None:
    body = {"email": ADDRESS, "password": "correct horse battery"}
    response = await client.post("/api/v1/users/signup", json=body)
    await run_jobs()
    [raw] = mail_server.received
    assert parse(raw)["X-Correlation-ID"] == response.headers["x-correlation-id"]
    assert (await session.exec(select(Mail.request_id))).one() == response.headers["x-correlation-id"]


async def test_repeated_job_sends_no_second_copy(session: AsyncSession, mail_server: MailServer) -> None:
    mail = await queue(session)
    for _ in range(2):
        assert await attempt(session, mail) is None
    assert len(mail_server.received) == 1


async def test_without_a_server_mails_fail(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SMTP_HOST", "")
    mail = await queue(session)
    assert isinstance(await attempt(session, mail), GiveUp)
    assert (mail.state, mail.last_error) == ("failed", "SMTP_HOST is not set")


async def test_mail_of_another_release_fails(session: AsyncSession) -> None:
    mail = await queue(session)
    mail.template = "gone.hello"
    await session.commit()
    assert isinstance(await attempt(session, mail), GiveUp)
    assert (mail.state, mail.last_error) == ("failed", "This release does not have the mail")


async def test_failed_mail_can_be_resent(
    session: AsyncSession, mail_server: MailServer, clock: Clock, run_jobs: RunJobs
) -> None:
    mail_server.responses = ["550 no"]
    mail = await queue(session)
    await run_jobs()
    clock.advance(timedelta(days=3))
    await session.refresh(mail)
    await resend_mail(session, mail)
    await session.commit()
    await run_jobs()
    await session.refresh(mail)
    assert (mail.state, mail.attempts, mail.last_error) == ("sent", 2, None)


async def test_address_gets_five_mails_an_hour(
    session: AsyncSession, mail_server: MailServer, clock: Clock, run_jobs: RunJobs
) -> None:
    written = [await queue_mail(session, template, address=ADDRESS) for _ in range(7)]
    assert written == [True] * 5 + [False] * 2
    assert await queue_mail(session, template, address="another@example.com")
    clock.advance(timedelta(hours=1))
    assert await queue_mail(session, template, address=ADDRESS)
    await session.commit()
    await run_jobs()
    assert mail_server.recipients.count(ADDRESS) == 5


async def test_account_gets_three_mails_an_hour(
    session: AsyncSession, mail_server: MailServer, clock: Clock, run_jobs: RunJobs
) -> None:
    user = await create_user(session)
    for _ in range(5):
        await queue_mail(session, mails.welcome, recipient_id=user.id)
    await queue_mail(session, mails.password_changed, recipient_id=user.id, address=ADDRESS)
    await session.commit()
    await run_jobs()
    assert mail_server.recipients == [user.email] * 3 + [ADDRESS]
    clock.advance(timedelta(hours=1))
    await queue_mail(session, mails.welcome, recipient_id=user.id)
    await session.commit()
    await run_jobs()
    assert len(mail_server.received) == 5


async def test_old_mails_are_deleted(session: AsyncSession, clock: Clock) -> None:
    await queue(session)
    clock.advance(timedelta(days=89))
    recent = await queue(session)
    assert not await delete_old_mails(session)
    assert len((await session.exec(select(Mail))).all()) == 2
    clock.advance(timedelta(days=1))
    await delete_old_mails(session)
    assert (await session.exec(select(Mail.id))).all() == [recent.id]


async def test_mail_without_a_job_fails(session: AsyncSession, clock: Clock) -> None:
    mail = await queue(session)
    clock.advance(timedelta(days=1, hours=3))
    await delete_old_mails(session)
    await session.refresh(mail)
    assert (mail.state, mail.last_error) == ("failed", "Its job is gone")


async def test_job_of_a_deleted_mail_does_nothing(session: AsyncSession, mail_server: MailServer) -> None:
    await send_mail(mail_id=str(uuid.uuid4()))
    assert mail_server.received == []


async def test_times_are_those_of_the_attempts(session: AsyncSession, mail_server: MailServer, clock: Clock) -> None:
    mail = await queue(session)
    clock.advance(timedelta(minutes=5))
    await attempt(session, mail)
    assert mail.attempted_at is not None
    assert mail.sent_at is not None
    assert mail.created_at + timedelta(minutes=5) <= mail.attempted_at <= mail.sent_at <= utc_now()
