"""The outbox: a request writes a mail and its job in its transaction, and the worker sends it (decision 0037)."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import DateTime, Integer, String, Uuid, bindparam, delete, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.jobs import enqueue, job
from app.core.logging import current_request_id
from app.core.mail.messages import Template
from app.core.mail.models import Mail

HOUR = timedelta(hours=1)
PER_ACCOUNT, PER_ADDRESS = 3, 5
"""Mails of one kind in an hour, to an account and to an address without one."""
RETRY_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=90)
_BATCH = 1_000

# Depends only on what was typed before, so it takes equally long whether the address has an account or not.
_QUEUE = text("""
    INSERT INTO mails
        (id, template, recipient_id, address, context, request_id, state, attempts, created_at, retry_until)
    SELECT :id, :template, :recipient_id, :address, :context, :request_id, 'queued', 0, :now, :retry_until
    WHERE :recipient_id IS NOT NULL OR NOT EXISTS (
        SELECT FROM mails WHERE address = :address AND template = :template AND created_at > :hour_ago
        HAVING count(*) >= :limit OR max(created_at) > :quiet_since
    )
    RETURNING id
""").bindparams(
    *(bindparam(name, type_=Uuid()) for name in ("id", "recipient_id")),
    *(bindparam(name, type_=String()) for name in ("template", "address", "request_id")),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "retry_until", "hour_ago", "quiet_since")),
    bindparam("context", type_=JSONB()),
    bindparam("limit", type_=Integer()),
)


async def queue_mail(
    session: AsyncSession,
    template: Template,
    *,
    recipient_id: uuid.UUID | None = None,
    address: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> bool:
    """Write a mail and its job in the session's transaction. The worker sends it after the commit.

    Give an account, an address that somebody typed, or both if the mail goes to the account's previous address.
    `context` has ids and small values, never a token. Returns False, and writes nothing, if a mail without an account
    exceeds `PER_ADDRESS` or the template's `quiet` time.
    """
    if recipient_id is None and address is None:
        raise ValueError("A mail needs a recipient_id or an address")
    now, mail_id = utc_now(), new_id()
    values = {
        "id": mail_id,
        "template": template.name,
        "recipient_id": recipient_id,
        "address": address,
        "context": dict(context or {}),
        "request_id": current_request_id.get(),
        "now": now,
        "retry_until": now + RETRY_FOR,
        "hour_ago": now - HOUR,
        "quiet_since": now - template.quiet,
        "limit": PER_ADDRESS,
    }
    connection = await session.connection()
    is_written = (await connection.execute(_QUEUE, values)).first() is not None
    if is_written:
        await enqueue(session, send_mail, mail_id=str(mail_id))
    return is_written


async def resend_mail(session: AsyncSession, mail: Mail) -> None:
    """Send a locked mail again that has failed, or whose recipient did not get it. Retries it for another day."""
    reopen_mail(mail)
    await session.flush()
    await enqueue(session, send_mail, mail_id=str(mail.id))


def reopen_mail(mail: Mail) -> None:
    """Let the job of a locked mail send it again, for another day.

    It is a new message: with the old Message-ID, a receiver that already has the mail would drop it as a duplicate.
    """
    mail.state, mail.retry_until, mail.message_id = "queued", utc_now() + RETRY_FOR, None


# Longer retries than those of the mail, so that the mail records its own end.
@job(queue="mail", timeout=timedelta(seconds=60), retry_for=RETRY_FOR + HOUR, unique="{mail_id}")
async def send_mail(*, mail_id: str) -> None:
    """Send a mail that has not been sent."""
    from app.core.mail.delivery import deliver  # imports libraries that only the worker needs

    await deliver(uuid.UUID(mail_id))


async def delete_old_mails(session: AsyncSession) -> bool:
    """Delete a batch of old mails, and fail those whose job is gone. Return whether there can be more."""
    now = utc_now()
    lost = update(Mail).where(col(Mail.state) == "queued", col(Mail.retry_until) < now - 2 * HOUR)
    await session.exec(lost.values(state="failed", last_error="Its job is gone"))
    old = select(Mail.id).where(Mail.created_at < now - KEPT_FOR).order_by(col(Mail.created_at)).limit(_BATCH)
    return (await session.exec(delete(Mail).where(col(Mail.id).in_(old)))).rowcount == _BATCH
