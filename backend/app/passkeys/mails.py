"""The mail of this feature. It does not contain a passkey's name, which is any text."""

import uuid
from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.mails import with_not_me
from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail
from app.users import crud as users_crud

Change = Literal["added", "removed", "reset"]
_WHAT: dict[str, str] = {
    "added": "A passkey was added to your account. It signs in without your password",
    "removed": "A passkey was removed from your account",
    "reset": "An administrator removed all passkeys of your account and ended your sessions",
}


_SAMPLE = {
    "email": "ada@example.com",
    "what": _WHAT["added"],
    "link": "https://app.example.com/not-me#token=preview",
}


@mail(subject="Your passkeys were changed", sample=_SAMPLE)
async def passkeys_changed(session: AsyncSession, row: Mail) -> Letter | None:
    """For a user whose passkeys somebody has changed, with a link if it was not them."""
    return await with_not_me(session, row, what=_WHAT[row.context["change"]])


async def queue_passkeys_changed(session: AsyncSession, user_id: uuid.UUID, change: Change) -> None:
    """Notify a user at the address that they have now: a stranger could change it before the mail is sent."""
    user = await users_crud.get_user(session=session, user_id=user_id)
    context = {"change": change}
    await queue_mail(session, passkeys_changed, recipient_id=user_id, address=user.email, context=context)
