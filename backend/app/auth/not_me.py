"""Use case: the link "this was not me" in a mail about a sign-in or a change."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, mails, pending_emails, service
from app.auth.events import AllAccessEnded
from app.auth.models import TokenPurpose
from app.auth.security_events import record_event
from app.core.events import emit
from app.core.mail.outbox import queue_mail


async def report_not_me(*, session: AsyncSession, token: str) -> None:
    """End the sessions of a user who did not make a change, and mail them a link for a new password.

    The mail goes out only if the token was sent to the user's present address. Raises `InvalidToken`.
    """
    user, email = await service.use_link(session=session, token=token, purpose=TokenPurpose.NOT_ME)
    await record_event(session=session, user_id=user.id, kind="not_me_reported")
    await crud.end_sessions(session=session, user_id=user.id, kept_session_id=None)
    await pending_emails.end_pending(session=session, user_id=user.id)
    await emit(session, AllAccessEnded(user.id))
    if user.email == email:
        # With the recipient, so that a stranger's requests for this address cannot use up its limit.
        await queue_mail(session, mails.password_recovery, recipient_id=user.id, address=user.email)
