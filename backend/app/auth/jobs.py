"""Jobs that send the mails of this feature."""

from app.auth import crud, mails
from app.auth.models import TokenPurpose
from app.auth.service import RESET_LIFETIME
from app.core.database.session import transaction
from app.core.mail import smtp
from app.users import crud as users_crud


async def send_password_recovery(*, email: str) -> None:
    """Send a reset link if the address has an active account."""
    async with transaction() as session:
        user = await users_crud.get_user_by_email(session=session, email=email)
        if user is None or not user.is_active:
            return
        name = user.full_name
        token = await crud.create_one_time_token(
            session=session,
            user_id=user.id,
            email=email,
            purpose=TokenPurpose.RESET_PASSWORD,
            lifetime=RESET_LIFETIME,
        )
    await smtp.send(mails.reset_password(email=email, name=name, token=token), to=email)


async def send_email_changed(*, old_email: str) -> None:
    await smtp.send(mails.email_changed(old_email=old_email), to=old_email)


async def send_password_changed(*, email: str) -> None:
    await smtp.send(mails.password_changed(email=email), to=email)


async def send_welcome(*, email: str, name: str | None, token: str | None) -> None:
    await smtp.send(mails.welcome(email=email, name=name, token=token), to=email)
