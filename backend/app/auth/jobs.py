"""Jobs that send the mails of this feature."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, mails
from app.auth.models import TokenPurpose
from app.auth.service import RESET_LIFETIME
from app.core.database.session import transaction
from app.core.jobs import defer
from app.core.mail import smtp
from app.core.mail.hourly_limit import HourlyLimit
from app.users import crud as users_crud

recoveries = HourlyLimit(5)


def defer_password_recovery(session: AsyncSession, *, email: str) -> None:
    """Send a reset link after the commit, unless the address has reached its limit. The last link then stays valid."""
    if not recoveries.is_reached(email):
        defer(session, send_password_recovery, email=email)
        recoveries.add(email)


async def send_password_recovery(*, email: str) -> None:
    """Send a reset link if the address has an active account.

    For another address, do the same work and only leave out the delivery. Otherwise the time of requests that this
    process handles in the meantime would reveal which addresses have an account.
    """
    async with transaction() as session:
        user = await users_crud.get_user_by_email(session=session, email=email)
        has_account = user is not None and user.is_active
        name = user.full_name if user else None
        token = await crud.create_one_time_token(
            session=session,
            user_id=user.id if user and has_account else uuid.uuid4(),
            email=email,
            purpose=TokenPurpose.RESET_PASSWORD,
            lifetime=RESET_LIFETIME,
        )
    message = smtp.compose(mails.reset_password(email=email, name=name, token=token), to=email)
    if has_account:
        await smtp.deliver(message)
    else:
        message.as_bytes()


async def send_email_changed(*, old_email: str) -> None:
    await smtp.send(mails.email_changed(old_email=old_email), to=old_email)


async def send_password_changed(*, email: str) -> None:
    await smtp.send(mails.password_changed(email=email), to=email)


async def send_welcome(*, email: str, name: str | None, token: str | None) -> None:
    await smtp.send(mails.welcome(email=email, name=name, token=token), to=email)
