"""Use cases: changing the address of an account.

The new address counts once its owner has confirmed it, and the owner of the old one can undo it. Each function locks
the user before their tokens, so that two requests cannot deadlock.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, mails, pending_emails, service
from app.auth.events import AllAccessEnded
from app.auth.models import SessionPrincipal, TokenPurpose
from app.auth.security_events import record_event
from app.core.errors import Invalid, InvalidToken
from app.core.events import emit
from app.core.mail.outbox import queue_mail
from app.users import crud as users_crud
from app.users import service as users_service
from app.users.crud import Lock


async def request_email_change(
    *, session: AsyncSession, current_session: SessionPrincipal, email: str, lock: Lock
) -> None:
    """Store the new address, and mail its link. Does the same whether or not the address has an account.

    Raises `Invalid` for the present address, and the errors of `lock`.
    """
    user = await users_crud.lock_user(session=session, user_id=current_session.id, lock=lock)
    if user.email == email:
        raise Invalid("email", "This is already your email address", code="unchanged")
    await pending_emails.set_pending(
        session=session, user_id=user.id, session_id=current_session.session_id, email=email
    )
    await record_event(session=session, user_id=user.id, kind="email_change_requested", details={"email": email})
    await queue_mail(session, mails.confirm_email, address=email, context={"user_id": str(user.id)})


async def confirm_email_change(*, session: AsyncSession, token: str) -> None:
    """Change the address. Ends the user's other sessions, and mails the old address a link to undo it.

    Raises `InvalidToken`, or `Duplicate` if another account has taken the address; the link then stays usable.
    """
    user, email = await service.use_link(session=session, token=token, purpose=TokenPurpose.CONFIRM_EMAIL)
    requested_in = await pending_emails.take_pending(session=session, user_id=user.id, email=email)
    if requested_in is None or not user.is_active:
        raise InvalidToken("Invalid token")
    await users_service.change_email(session=session, user=user, email=email, by="user", kept_session_id=requested_in)


async def undo_email_change(*, session: AsyncSession, token: str) -> None:
    """Restore the address that the link was sent to, end all sessions, and mail a link for a new password.

    Raises `InvalidToken`, or `Duplicate` if another account has taken the address.
    """
    user, email = await service.use_link(session=session, token=token, purpose=TokenPurpose.UNDO_EMAIL)
    # Also those of the address that is undone: they could undo this.
    await crud.end_one_time_tokens(session=session, user_id=user.id, also_answers=True)
    await crud.end_sessions(session=session, user_id=user.id, kept_session_id=None)
    await emit(session, AllAccessEnded(user.id))
    await users_service.change_email(session=session, user=user, email=email, by="undo")
    await queue_mail(session, mails.password_recovery, recipient_id=user.id, address=email)
