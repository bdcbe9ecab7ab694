"""The mail of this feature. It does not contain the token's name, which is any text."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail
from app.core.settings import settings
from app.users import crud as users_crud


def _values(email: str, context: dict[str, Any]) -> dict[str, Any]:
    return {
        "email": email,
        "hint": context["hint"],
        "scopes": ", ".join(context["scopes"]),
        "expires_on": context["expires_on"],
        "link": f"{settings.FRONTEND_URL}/settings/tokens",
    }


_SAMPLE = {"hint": "x7Qa", "scopes": ["read", "write"], "expires_on": "2027-01-31"}


@mail(subject="A new API token for your account", sample=_values("ada@example.com", _SAMPLE))
async def api_token_created(session: AsyncSession, row: Mail) -> Letter | None:
    """For a user in whose account somebody has created a token."""
    user = await users_crud.find_user(session=session, user_id=row.recipient_id) if row.recipient_id else None
    return Letter(user.email, _values(user.email, row.context), user.id) if user and user.is_active else None
