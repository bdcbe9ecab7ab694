"""The operations of authenticator apps, for the tests that cover all features."""

from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.totp.models import TrustedDevice
from app.users.models import User
from tests.users.factories import create_user

SUPERUSERS = {"read_totp_of_user", "reset_totp_of_user"}
PARAMETERS = {"device_id": "0198a000-0000-7000-8000-000000000001"}
NEEDS_A_SECRET = {"confirm_totp": 409, "reset_totp_of_user": 404}


def trusted_device(user: User) -> TrustedDevice:
    return TrustedDevice(user_id=user.id, secret_hash=new_id().bytes, expires_at=utc_now() + timedelta(days=30))


async def trust_devices(session: AsyncSession) -> None:
    for user in (await session.exec(select(User))).all():
        session.add_all(trusted_device(user) for _ in range(5))
    await session.commit()


async def create_parameters_of(session: AsyncSession, user: User) -> dict[str, str]:
    device = trusted_device(user)
    session.add(device)
    await session.commit()
    return {"device_id": str(device.id)}


async def create_parameters(session: AsyncSession) -> dict[str, str]:
    return await create_parameters_of(session, await create_user(session))


LISTED = {"/api/v1/totp/devices/": trust_devices}
