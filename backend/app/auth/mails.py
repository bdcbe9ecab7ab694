"""The mails of this feature. They contain no names: nobody has verified whose address it is."""

import re
import uuid
from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, pending_emails, sign_ups
from app.auth.config import settings
from app.auth.models import TokenPurpose, UserSession
from app.auth.security_events import has_undone_since
from app.auth.service import RESET_LIFETIME
from app.core.mail.messages import Letter, mail
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail
from app.core.settings import settings as core_settings
from app.users import crud as users_crud
from app.users.models import User

ANSWER_LIFETIME = timedelta(days=7)
_SAMPLE = {"email": "ada@example.com"}


def reset_values(email: str, token: str) -> dict[str, Any]:
    # The token is in the fragment, which browsers do not send: it reaches no server log and no Referer header.
    link = f"{core_settings.FRONTEND_URL}/reset-password#token={token}"
    return {"email": email, "link": link, "minutes": settings.PASSWORD_RESET_EXPIRE_MINUTES}


def _sign_up_values(email: str, token: str | None) -> dict[str, Any]:
    """Return the values of the mail. Without a token, the address already has an account."""
    path = f"/verify-email#token={token}" if token else "/login"
    link = f"{core_settings.FRONTEND_URL}{path}"
    return {"email": email, "link": link, "has_account": not token, "hours": settings.EMAIL_VERIFICATION_EXPIRE_HOURS}


def _not_me_values(email: str, token: str) -> dict[str, Any]:
    return {"email": email, "link": f"{core_settings.FRONTEND_URL}/not-me#token={token}"}


def _confirm_values(email: str, token: str | None) -> dict[str, Any]:
    """Return the values of the mail. Without a token, the address already has an account."""
    path = f"/confirm-email#token={token}" if token else "/login"
    link = f"{core_settings.FRONTEND_URL}{path}"
    return {"email": email, "link": link, "has_account": not token, "hours": settings.EMAIL_VERIFICATION_EXPIRE_HOURS}


def _changed_values(email: str, token: str | None) -> dict[str, Any]:
    link = f"{core_settings.FRONTEND_URL}/undo-email#token={token}" if token else None
    return {"email": email, "link": link}


_SAMPLE_NOT_ME = _not_me_values("ada@example.com", "preview")
_SAMPLE_SIGN_IN = {"device": "Firefox on Linux", "ip": "192.0.2.1", "time": "2026-01-31 12:00 UTC"}
_SAMPLE_WITH_LINK = reset_values("ada@example.com", "preview")


@mail(subject="{project_name} - Password recovery", sample=_SAMPLE_WITH_LINK, quiet=timedelta(minutes=2))
async def password_recovery(session: AsyncSession, row: Mail) -> Letter | None:
    """For the address that somebody typed, if an active account has it."""
    user = await users_crud.get_user_by_email(session=session, email=row.address or "")
    return await _with_link(session, user)


@mail(subject="Your sign-up at {project_name}", sample=_sign_up_values("ada@example.com", "preview"))
async def sign_up(session: AsyncSession, row: Mail) -> Letter | None:
    """For the address that somebody signed up with: a link, or the news that it already has an account."""
    email = row.address or ""
    if user := await users_crud.get_user_by_email(session=session, email=email):
        return Letter(email, _sign_up_values(email, None), user.id)
    # Without an id, the mail is a further one for the latest sign-up.
    sign_up_id = row.context.get("sign_up_id")
    found = (
        await sign_ups.find_sign_up(session=session, sign_up_id=uuid.UUID(sign_up_id))
        if sign_up_id
        else await sign_ups.find_latest_sign_up(session=session, email=email)
    )
    if found is None:
        return None
    token = await sign_ups.create_link(session=session, sign_up_id=found.id)
    return Letter(email, _sign_up_values(email, token))


@mail(subject="Welcome to {project_name}", sample=_SAMPLE)
async def welcome(session: AsyncSession, row: Mail) -> Letter | None:
    """For a user who has signed up."""
    user = await _recipient(session, row)
    return Letter(user.email, {"email": user.email}, user.id) if user and user.is_active else None


@mail(subject="Welcome to {project_name}", sample=_SAMPLE_WITH_LINK)
async def account_created(session: AsyncSession, row: Mail) -> Letter | None:
    """For a user whom a superuser has created: a link to choose a password, which is never mailed."""
    return await _with_link(session, await _recipient(session, row))


@mail(subject="Confirm your new email address", sample=_confirm_values("ada@example.com", "preview"))
async def confirm_email(session: AsyncSession, row: Mail) -> Letter | None:
    """For the new address of a user: a link, or the news that it already has an account."""
    user_id, email = uuid.UUID(row.context["user_id"]), row.address or ""
    if not await pending_emails.is_pending(session=session, user_id=user_id, email=email):
        return None
    token = None
    if await users_crud.get_user_by_email(session=session, email=email) is None:
        token = await crud.create_one_time_token(
            session=session,
            user_id=user_id,
            email=email,
            purpose=TokenPurpose.CONFIRM_EMAIL,
            lifetime=pending_emails.LIFETIME,
        )
    # Of the user who requested it, so that they cannot mail many strangers.
    return Letter(email, _confirm_values(email, token), user_id)


@mail(subject="Your email address was changed", sample=_changed_values("ada@example.com", "preview"))
async def email_changed(session: AsyncSession, row: Mail) -> Letter | None:
    """For the old address, with a link to undo the change if the user made it, and it has not been undone since."""
    user = await _recipient(session, row)
    if user is None or row.address is None:
        return None
    token = None
    if row.context.get("can_undo") and not await has_undone_since(
        session=session, user_id=user.id, since=row.created_at
    ):
        token = await crud.create_one_time_token(
            session=session,
            user_id=user.id,
            email=row.address,
            purpose=TokenPurpose.UNDO_EMAIL,
            lifetime=ANSWER_LIFETIME,
        )
    return Letter(row.address, _changed_values(row.address, token), user.id)


@mail(subject="Your password was changed", sample=_SAMPLE_NOT_ME)
async def password_changed(session: AsyncSession, row: Mail) -> Letter | None:
    return await with_not_me(session, row)


@mail(subject="New sign-in to your account", sample={**_SAMPLE_NOT_ME, **_SAMPLE_SIGN_IN})
async def new_sign_in(session: AsyncSession, row: Mail) -> Letter | None:
    """For the user whose account a new device has signed in to."""
    return await with_not_me(session, row, **row.context)


async def queue_new_sign_in(session: AsyncSession, created: UserSession, email: str) -> None:
    """Notify the address with which a new device has signed in."""
    device = created.device or ""
    context = {
        # Programs choose their name: it must not become a text or a link of theirs in the mail.
        "device": device if re.fullmatch(r"[A-Za-z0-9 ]{1,60}", device) else "Unknown device",
        "ip": created.ip or "unknown",
        "time": f"{created.created_at:%Y-%m-%d %H:%M} UTC",
    }
    await queue_mail(session, new_sign_in, recipient_id=created.user_id, address=email, context=context)


async def _recipient(session: AsyncSession, row: Mail) -> User | None:
    return await users_crud.find_user(session=session, user_id=row.recipient_id) if row.recipient_id else None


async def _with_link(session: AsyncSession, user: User | None) -> Letter | None:
    if user is None or not user.is_active:
        return None
    token = await crud.create_one_time_token(
        session=session,
        user_id=user.id,
        email=user.email,
        purpose=TokenPurpose.RESET_PASSWORD,
        lifetime=RESET_LIFETIME,
    )
    return Letter(user.email, reset_values(user.email, token), user.id)


async def with_not_me(session: AsyncSession, row: Mail, **values: Any) -> Letter | None:
    """To the address before the change, with a link for its owner if they did not make the change."""
    user = await _recipient(session, row)
    if user is None or row.address is None:
        return None
    token = await crud.create_one_time_token(
        session=session,
        user_id=user.id,
        email=row.address,
        purpose=TokenPurpose.NOT_ME,
        lifetime=ANSWER_LIFETIME,
    )
    return Letter(row.address, {**_not_me_values(row.address, token), **values}, user.id)
