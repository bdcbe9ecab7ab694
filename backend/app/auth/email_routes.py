"""Changing one's own address. Part of `routes.py`."""

from fastapi import APIRouter, Response

from app.auth import email_changes, pending_emails
from app.auth.deps import Anyone, CurrentSession, RecentSession, confirm
from app.auth.email_change_models import OwnEmail
from app.auth.event_models import LinkToken
from app.auth.models import Address
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import Duplicate, InvalidToken, NotFound
from app.core.http.openapi import problems
from app.core.http.rate_limits import limit_sign_in
from app.core.http.responses import respond
from app.core.models import Message

router = APIRouter(prefix="/users/me/email", tags=["email"])


@router.get("", response_model=OwnEmail, responses=problems(NotFound))
async def read_email_me(session: AutocommitDep, current_session: CurrentSession) -> Response:
    """Get your address, and the new one that waits for its confirmation."""
    return respond(OwnEmail, await pending_emails.read_own_email(session=session, user_id=current_session.id))


@router.post("", status_code=202, responses=problems(NotFound))
async def request_email_change(session: SessionDep, current_session: RecentSession, body: Address) -> Message:
    """Change your address. The new one gets a link to confirm it, and the old one stays until then.

    The response and its time are the same whether or not the new address has an account.
    """
    await email_changes.request_email_change(
        session=session, current_session=current_session, email=body.email, lock=confirm(current_session)
    )
    return Message(message="We sent a link to the new address. Follow it to change your email address.")


@router.post("/confirm", responses=problems(InvalidToken, Duplicate), dependencies=[Anyone])
@limit_sign_in()
async def confirm_email_change(session: SessionDep, body: LinkToken) -> Message:
    """Confirm a new address with the token of its link. Ends your other sessions."""
    await email_changes.confirm_email_change(session=session, token=body.token)
    return Message(message="Your email address was changed")


@router.post("/undo", responses=problems(InvalidToken, Duplicate), dependencies=[Anyone])
@limit_sign_in()
async def undo_email_change(session: SessionDep, body: LinkToken) -> Message:
    """Restore the old address with the token of its link. Ends all sessions, and mails a link for a new password."""
    await email_changes.undo_email_change(session=session, token=body.token)
    return Message(message="Your old email address is back. We sent it a link to choose a new password.")
