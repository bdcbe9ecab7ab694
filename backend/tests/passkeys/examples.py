"""The operations of passkeys, for the tests that cover all features."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.users.models import User
from tests.passkeys.factories import create_passkey
from tests.users.factories import create_user

PUBLIC = {"read_passkey_sign_in_options", "sign_in_with_passkey"}
SUPERUSERS = {"read_passkeys_of_user", "reset_passkeys_of_user"}
CHANGES = {"rename_passkey": {"name": "Changed"}, "reset_passkeys_of_user": {"reason": "Lost"}}
PARAMETERS = {"passkey_id": "0198a000-0000-7000-8000-000000000001"}


async def create_passkeys(session: AsyncSession) -> None:
    for user in (await session.exec(select(User))).all():
        for _ in range(5):
            await create_passkey(session, user)


async def create_parameters_of(session: AsyncSession, user: User) -> dict[str, str]:
    passkey, _ = await create_passkey(session, user)
    return {"passkey_id": str(passkey.id)}


async def create_parameters(session: AsyncSession) -> dict[str, str]:
    return await create_parameters_of(session, await create_user(session))


LISTED = {"/api/v1/passkeys/": create_passkeys, "/api/v1/users/{user_id}/passkeys/": create_passkeys}
