"""The mail of this feature. It does not contain a passkey's name, which is any text."""

import uuid
from typing import Any, Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.auth.mails import ANSWER_LIFETIME
from app.auth.models import TokenPurpose
from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail
from app.core.settings import settings
from app.users import crud as users_crud

Change = Literal["added", "removed", "reset"]
_WHAT: dict[str, str] = {
    "added": "A passkey was added to your account. It signs in without your password",
    "removed": "A passkey was removed from your account",
    "reset": "An administrator removed all passkeys of your account and ended your sessions",
}


def _values(email: str, token: str, change: str) -> dict[str, Any]:
    return {"email": email, "what": _WHAT[change], "link": f"{settings.FRONTEND_URL}/not-me#token={token}"}


@mail(subject="Your passkeys were changed", sample=_values("ada@example.com", "preview", "added"))
async def passkeys_changed(session: AsyncSession, row: Mail) -> Letter | None:
    """For a user whose passkeys somebody has changed, with a link if it was not them."""
    user = await users_crud.find_user(session=session, user_id=row.recipient_id) if row.recipient_id else None
    if user is None or row.address is None:
        return None
    token = await auth_crud.create_one_time_token(
        session=session,
        user_id=user.id,
        email=row.address,
        purpose=TokenPurpose.NOT_ME,
        lifetime=ANSWER_LIFETIME,
    )
    return Letter(row.address, _values(row.address, token, row.context["change"]), user.id)


async def queue_passkeys_changed(session: AsyncSession, user_id: uuid.UUID, change: Change) -> None:
    """Notify a user at the address that they have now: a stranger could change it before the mail is sent."""
    user = await users_crud.get_user(session=session, user_id=user_id)
    context = {"change": change}
    await queue_mail(session, passkeys_changed, recipient_id=user_id, address=user.email, context=context)
