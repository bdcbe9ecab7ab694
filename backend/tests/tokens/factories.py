"""API tokens for tests."""

from datetime import timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import hash_token
from app.core.clock import utc_now
from app.tokens.config import settings
from app.tokens.models import ApiToken
from app.tokens.token_text import new_token
from app.users.models import User
from tests.auth.factories import Headers
from tests.users.factories import create_user


async def create_token(session: AsyncSession, user: User, *scopes: str, **fields: Any) -> tuple[ApiToken, Headers]:
    """Create a token and return it with headers that send it."""
    token = new_token(settings.TOKEN_PREFIX)
    values: dict[str, Any] = {
        "name": "Backup script",
        "scopes": list(scopes or ("read",)),
        "expires_at": utc_now() + timedelta(days=30),
        **fields,
    }
    row = ApiToken(user_id=user.id, token_hash=hash_token(token), hint=token[-4:], **values)
    session.add(row)
    await session.commit()
    return row, {"Authorization": f"Bearer {token}"}


async def user_with_token(
    session: AsyncSession, *scopes: str, is_superuser: bool = False
) -> tuple[User, ApiToken, Headers]:
    user = await create_user(session, is_superuser=is_superuser)
    return (user, *await create_token(session, user, *scopes))
