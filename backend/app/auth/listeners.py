"""Handlers of the users feature's events, for mails, sessions and tokens."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, jobs
from app.auth.models import TokenPurpose
from app.auth.service import RESET_LIFETIME
from app.core.events import listens_to
from app.core.jobs import defer
from app.users.events import CredentialsChanged, EmailChanged, PasswordChanged, UserCreated


@listens_to(UserCreated)
async def send_welcome_mail(session: AsyncSession, event: UserCreated) -> None:
    """Send the welcome mail. Users created by a superuser get a link to set their own password; it is never emailed."""
    token = None
    if event.by_superuser:
        token = await crud.create_one_time_token(
            session=session,
            user_id=event.user_id,
            email=event.email,
            purpose=TokenPurpose.RESET_PASSWORD,
            lifetime=RESET_LIFETIME,
        )
    # Until the address is verified, the name is a text that a visitor can send to a stranger.
    name = event.full_name if event.by_superuser else None
    defer(session, jobs.send_welcome, email=event.email, name=name, token=token)


@listens_to(EmailChanged)
async def notify_old_address(session: AsyncSession, event: EmailChanged) -> None:
    defer(session, jobs.send_email_changed, old_email=event.old_email)


@listens_to(PasswordChanged)
async def notify_of_new_password(session: AsyncSession, event: PasswordChanged) -> None:
    defer(session, jobs.send_password_changed, email=event.email)


@listens_to(CredentialsChanged)
async def end_access(session: AsyncSession, event: CredentialsChanged) -> None:
    await crud.end_sessions(session=session, user_id=event.user_id, kept_session_id=event.kept_session_id)
    await crud.end_one_time_tokens(session=session, user_id=event.user_id)
