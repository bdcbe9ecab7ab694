"""The operations of API tokens, for the tests that cover all features."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.users.models import User
from tests.tokens.factories import create_token
from tests.users.factories import create_user

SUPERUSERS = {"read_api_tokens_of_user", "revoke_api_token_of_user", "revoke_api_tokens_of_user"}
PARAMETERS = {"token_id": "0198a000-0000-7000-8000-000000000001"}


async def create_tokens(session: AsyncSession) -> None:
    for user in (await session.exec(select(User))).all():
        for _ in range(5):
            await create_token(session, user)


async def create_parameters_of(session: AsyncSession, user: User) -> dict[str, str]:
    api_token, _ = await create_token(session, user)
    return {"token_id": str(api_token.id)}


async def create_parameters(session: AsyncSession) -> dict[str, str]:
    return await create_parameters_of(session, await create_user(session))


LISTED = {"/api/v1/tokens/": create_tokens, "/api/v1/users/{user_id}/tokens/": create_tokens}
