"""Sign users in for tests, without the cost of hashing a password."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.auth.service import SESSION_LIFETIME, access_token
from app.core.clock import utc_now
from app.users.models import User
from tests.users.factories import create_user

Headers = dict[str, str]


async def sign_in(session: AsyncSession, user: User, **fields: Any) -> Headers:
    """Create a session and return headers with its bearer token."""
    now = utc_now()
    values: dict[str, Any] = {
        "created_at": now,
        "expires_at": now + SESSION_LIFETIME,
        "authenticated_at": now,
        **fields,
    }
    user_session = UserSession(user_id=user.id, **values)
    session.add(user_session)
    await session.commit()
    return {"Authorization": f"Bearer {access_token(user_session)}"}


async def signed_in_user(session: AsyncSession, **fields: object) -> tuple[User, Headers]:
    user = await create_user(session, **fields)
    return user, await sign_in(session, user)


async def signed_in_superuser(session: AsyncSession) -> tuple[User, Headers]:
    return await signed_in_user(session, is_superuser=True)
