"""Handlers of events of sign-in."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.events import AllAccessEnded, FactorsReset
from app.auth.mails import ANSWER_LIFETIME
from app.core.clock import utc_now
from app.core.events import listens_to
from app.passkeys import crud


@listens_to(FactorsReset)
async def remove_passkeys(session: AsyncSession, event: FactorsReset) -> None:
    await crud.delete_passkeys(session=session, user_id=event.user_id)


@listens_to(AllAccessEnded)
async def remove_new_passkeys(session: AsyncSession, event: AllAccessEnded) -> None:
    """Remove the passkeys that a stranger can have added: the mail about each has a link for as long as this.

    Older ones stay, so that access to the mailbox does not remove the second factor. After a restore all stay, like
    the passwords: without them, a password would be enough.
    """
    if event.user_id is not None:
        await crud.delete_passkeys(session=session, user_id=event.user_id, since=utc_now() - ANSWER_LIFETIME)
