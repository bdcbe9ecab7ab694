"""Handlers of events, for mails, sessions, tokens and security events."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, mails, pending_emails
from app.auth.events import RefreshTokenReused
from app.auth.security_events import record_event
from app.core.events import listens_to
from app.core.mail.outbox import queue_mail
from app.users.events import CredentialsChanged, EmailChanged, PasswordChanged, UserCreated


@listens_to(UserCreated)
async def send_welcome_mail(session: AsyncSession, event: UserCreated) -> None:
    """Users created by a superuser get a link to set their own password; it is never emailed."""
    template = mails.account_created if event.by_superuser else mails.welcome
    await queue_mail(session, template, recipient_id=event.user_id)


@listens_to(EmailChanged)
async def notify_old_address(session: AsyncSession, event: EmailChanged) -> None:
    kind: str = "email_change_undone" if event.by == "undo" else "email_changed"
    await record_event(session=session, user_id=event.user_id, kind=kind, details={"old_email": event.old_email})
    context = {"can_undo": event.by == "user"}
    await queue_mail(session, mails.email_changed, recipient_id=event.user_id, address=event.old_email, context=context)


@listens_to(PasswordChanged)
async def notify_of_new_password(session: AsyncSession, event: PasswordChanged) -> None:
    kind: str = "password_reset" if event.by == "recovery" else "password_changed"
    await record_event(session=session, user_id=event.user_id, kind=kind)
    await queue_mail(session, mails.password_changed, recipient_id=event.user_id, address=event.email)


@listens_to(CredentialsChanged)
async def end_access(session: AsyncSession, event: CredentialsChanged) -> None:
    await crud.end_sessions(session=session, user_id=event.user_id, kept_session_id=event.kept_session_id)
    await crud.end_one_time_tokens(session=session, user_id=event.user_id)
    await pending_emails.end_pending(session=session, user_id=event.user_id)


@listens_to(RefreshTokenReused)
async def record_reuse(session: AsyncSession, event: RefreshTokenReused) -> None:
    """One of its two holders has stolen it."""
    await record_event(session=session, user_id=event.user_id, kind="refresh_token_reused")
