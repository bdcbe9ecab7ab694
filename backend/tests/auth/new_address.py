"""Change an address in tests, without the mail."""

from httpx2 import AsyncClient, Response
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, pending_emails
from app.auth.models import TokenPurpose, UserSession
from app.core.ids import new_id
from app.users.models import User

EMAIL_ME = "/api/v1/users/me/email"


async def confirmation_token(session: AsyncSession, user: User, email: str) -> str:
    """Request the change in the user's newest session, and return the token of its link."""
    newest = select(UserSession.id).where(UserSession.user_id == user.id).order_by(col(UserSession.id).desc()).limit(1)
    session_id = (await session.exec(newest)).first() or new_id()
    await pending_emails.set_pending(session=session, user_id=user.id, session_id=session_id, email=email)
    token = await crud.create_one_time_token(
        session=session,
        user_id=user.id,
        email=email,
        purpose=TokenPurpose.CONFIRM_EMAIL,
        lifetime=pending_emails.LIFETIME,
    )
    await session.commit()
    return token


async def confirm_email(client: AsyncClient, token: str) -> Response:
    return await client.post(f"{EMAIL_ME}/confirm", json={"token": token})


async def change_email(client: AsyncClient, session: AsyncSession, user: User, email: str) -> Response:
    return await confirm_email(client, await confirmation_token(session, user, email))
