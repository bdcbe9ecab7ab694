"""A code of the app, and a recovery code, as kinds of challenges for `auth`. A trusted browser needs neither."""

import uuid
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.challenges import register, register_exemption
from app.totp import crud, service, trusted_devices
from app.totp.config import settings
from app.users.models import User


class Totp:
    name = service.KIND
    is_factor = True
    is_set_up = crud.IS_ON

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        return {"trusted_device_days": settings.TOTP_TRUSTED_DEVICE_DAYS}

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        return await service.is_right_code(session=session, user_id=user_id, code=answer)


class RecoveryCodes:
    """For a user who has lost their app."""

    name = "recovery_code"
    is_factor = False
    is_set_up = crud.HAS_RECOVERY_CODES

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        return {}

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        user = await session.get_one(User, user_id)
        return await service.is_right_recovery_code(session=session, user_id=user_id, email=user.email, code=answer)


register(Totp())
register(RecoveryCodes())
register_exemption(trusted_devices.is_trusted)
