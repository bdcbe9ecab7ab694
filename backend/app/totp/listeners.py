"""Handlers of events that end the trust in browsers, or remove an app."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.events import AllAccessEnded, FactorsChanged, FactorsReset
from app.auth.mails import ANSWER_LIFETIME
from app.core.clock import utc_now
from app.core.events import listens_to
from app.core.mail.outbox import queue_mail
from app.totp import crud, mails, trusted_devices
from app.users import crud as users_crud
from app.users.events import CredentialsChanged


@listens_to(FactorsChanged)
async def forget_devices_after_change(session: AsyncSession, event: FactorsChanged) -> None:
    await trusted_devices.delete_devices(session=session, user_id=event.user_id)


@listens_to(CredentialsChanged)
async def forget_devices_of_old_credentials(session: AsyncSession, event: CredentialsChanged) -> None:
    await trusted_devices.delete_devices(session=session, user_id=event.user_id)


@listens_to(AllAccessEnded)
async def forget_devices_with_access(session: AsyncSession, event: AllAccessEnded) -> None:
    """Also removes an app that a stranger can have set up: the mail about it has a link for as long as this.

    An older one stays, so that access to the mailbox does not remove the second factor.
    """
    await trusted_devices.delete_devices(session=session, user_id=event.user_id)
    if event.user_id is not None:
        await crud.delete_secret(session=session, user_id=event.user_id, since=utc_now() - ANSWER_LIFETIME)


@listens_to(FactorsReset)
async def remove_app(session: AsyncSession, event: FactorsReset) -> None:
    """An operator does this for a user who has lost their app."""
    user = await users_crud.find_user(session=session, user_id=event.user_id, for_update=True)
    if user and await crud.delete_secret(session=session, user_id=user.id):
        context = {"what": "reset", "left": 0}
        await queue_mail(session, mails.totp_changed, recipient_id=user.id, address=user.email, context=context)
