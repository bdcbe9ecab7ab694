"""The mail of this feature: what has changed in the second factor of an account."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.mails import with_not_me
from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail

_TEXTS = {
    "turned_on": "An authenticator app was set up. From now on, signing in also needs a code of this app. "
    "Other devices were logged out.",
    "turned_off": "The authenticator app was turned off. Signing in no longer needs its codes. "
    "Other devices were logged out.",
    "reset": "An administrator removed the authenticator app. Signing in no longer needs its codes. "
    "All devices were logged out.",
    "codes_replaced": "New recovery codes were created. The earlier ones no longer work.",
    "code_used": "A recovery code was used instead of the authenticator app. {left} of your recovery codes are left.",
}


def _text(context: dict[str, Any]) -> str:
    return _TEXTS[context["what"]].format(left=context["left"])


_SAMPLE = {
    "email": "ada@example.com",
    "text": _text({"what": "turned_on", "left": 0}),
    "link": "https://app.example.com/not-me#token=preview",
}


@mail(subject="Your two-factor authentication at {project_name}", sample=_SAMPLE)
async def totp_changed(session: AsyncSession, row: Mail) -> Letter | None:
    return await with_not_me(session, row, text=_text(row.context))
