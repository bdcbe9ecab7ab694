"""Queue a mail, and try to send it as the worker does."""

from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.jobs import GiveUp
from app.core.mail import smtp
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail, send_mail
from app.system.mails import test_mail as template

ADDRESS = "ada.lovelace@example.com"


async def queue(session: AsyncSession, **fields: Any) -> Mail:
    assert await queue_mail(session, template, **({"address": ADDRESS} | fields))
    await session.commit()
    return (await session.exec(select(Mail).order_by(Mail.id.desc()).limit(1))).one()  # type: ignore[attr-defined]


async def attempt(session: AsyncSession, mail: Mail) -> Exception | None:
    """Run the mail's job once, as the worker does. Returns its error."""
    error = None
    try:
        await send_mail(mail_id=str(mail.id))
    except (smtp.NotSent, GiveUp) as raised:
        error = raised
    await session.refresh(mail)
    return error
