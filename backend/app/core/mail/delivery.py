"""Sends the mails of the outbox. Only the worker imports this."""

import asyncio
import uuid

from emails.message import Message
from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from tenacity import AsyncRetrying, stop_after_delay, wait_fixed

from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.jobs import GiveUp, hasten
from app.core.mail import smtp
from app.core.mail.messages import Letter, Template, templates
from app.core.mail.models import Mail
from app.core.mail.outbox import HOUR, PER_ACCOUNT, PER_ADDRESS, send_mail
from app.core.settings import settings

SEND_SECONDS = 25.0
RECORD_SECONDS = 20

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
_BATCH = 1_000


async def deliver(mail_id: uuid.UUID) -> None:
    """Send a mail that has not been sent. Raises `NotSent` to be retried, `GiveUp` if the mail has failed."""
    async with transaction() as session:
        mail = await session.get(Mail, mail_id, with_for_update=True)
        if mail is None or mail.state in ("sent", "skipped"):
            return
        prepared = await _prepare(session, mail)
    if mail.state == "failed":
        raise GiveUp(mail.last_error)
    if prepared is None:
        return
    message, to = prepared
    failure = None
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await smtp.send(message, to=to)
    except smtp.NotSent as error:
        failure = error
    except TimeoutError:
        failure = smtp.Unreachable(f"within {SEND_SECONDS:g} s")
    # A lost record would mean a second copy, so a restart of the database is waited for.
    async for attempt in AsyncRetrying(stop=stop_after_delay(RECORD_SECONDS), wait=wait_fixed(0.5), reraise=True):
        with attempt:
            has_failed = await _record(mail.id, failure)
    if failure is not None:
        raise GiveUp(str(failure)) if has_failed else failure


async def _prepare(session: AsyncSession, mail: Mail) -> tuple[Message, str] | None:
    """Return the message and its recipient, or None if the mail was skipped or has failed."""
    template = templates().get(mail.template)
    if template is None or not settings.emails_enabled:
        mail.state = "failed"
        mail.last_error = "SMTP_HOST is not set" if template else "This release does not have the mail"
        return None
    mail.attempts += 1
    mail.attempted_at = utc_now()
    mail.message_id = mail.message_id or smtp.new_message_id()
    savepoint = await session.begin_nested()
    letter = await template.write(session, mail)
    skipped_for = "There is nobody to send it to" if letter is None else await _limit(session, mail, template, letter)
    if letter is None or skipped_for:
        await savepoint.rollback()  # the link in it, too
        mail.state, mail.last_error = "skipped", skipped_for
        return None
    await savepoint.commit()
    content = template.render(letter.values)
    mail.recipient_id, mail.subject = letter.recipient_id, content.subject
    message = smtp.compose(content, to=letter.to, message_id=mail.message_id, request_id=mail.request_id)
    return message, letter.to


async def _limit(session: AsyncSession, mail: Mail, template: Template, letter: Letter) -> str | None:
    """Return why the recipient gets no further mail of this kind now, or None."""
    connection = await session.connection()
    await connection.execute(_LOCK, {"key": f"{mail.template} {letter.recipient_id or letter.to}"})
    now, attempted_at = utc_now(), col(Mail.attempted_at)
    # Also counts attempts that failed or still run, so that no more than the limit can arrive in any hour.
    latest = func.max(attempted_at).filter(col(Mail.state) != "failed")
    others = select(func.count(), latest).where(
        Mail.id != mail.id,
        Mail.template == mail.template,
        Mail.state != "skipped",
        attempted_at > now - HOUR,
        Mail.recipient_id == letter.recipient_id,
    )
    if letter.recipient_id is None:
        others = others.where(Mail.address == letter.to)
    count, newest = (await session.exec(others)).one()
    limit = PER_ACCOUNT if letter.recipient_id else PER_ADDRESS
    is_limited = count >= limit or (newest is not None and newest > now - template.quiet)
    return "The recipient has had enough mails of this kind for now" if is_limited else None


async def _record(mail_id: uuid.UUID, failure: smtp.NotSent | None) -> bool:
    """Record the result of an attempt, and return whether the mail has failed for good."""
    now = utc_now()
    async with transaction() as session:
        mail = (await session.exec(select(Mail).where(Mail.id == mail_id).with_for_update())).one()
        if failure is None:
            mail.state, mail.sent_at, mail.last_error = "sent", now, None
            return False
        mail.last_error = str(failure)
        if isinstance(failure, smtp.Refused) or now >= mail.retry_until:
            mail.state = "failed"
        return mail.state == "failed"


async def retry_unreachable(session: AsyncSession) -> None:
    """Retry the mails immediately that wait for a mail server which can be reached again."""
    waiting = select(Mail.id).where(Mail.state == "queued", col(Mail.last_error).startswith(smtp.Unreachable.WORDS))
    mail_ids = (await session.exec(waiting.order_by(col(Mail.id)).limit(_BATCH))).all()
    await session.rollback()  # no connection is held while connecting to the mail server
    if mail_ids and await smtp.is_reachable():
        await hasten(session, send_mail, [{"mail_id": str(mail_id)} for mail_id in mail_ids])
