"""Queries for the browsers that need no code, and their cookie."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, bindparam, delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request

from app.auth.cookies import cookie_name, read_cookie
from app.auth.crud import hash_token
from app.auth.models import UserSession
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import NotFound
from app.totp.models import TrustedDevice, TrustedDevicePublic, TrustedDevicesPublic

COOKIE_NAME = cookie_name("trusted")
MAX_DEVICES = 10
"""Of a user. A further one replaces the oldest."""

_valid = (TrustedDevice.user_id == bindparam("user_id"), col(TrustedDevice.expires_at) > bindparam("now"))
_is_current = col(TrustedDevice.secret_hash) == bindparam("secret_hash", type_=LargeBinary)
_TRUSTED: Statement[Any] = Statement(select(TrustedDevice.id).where(*_valid, _is_current), lane="session")
_public: list[Any] = [getattr(TrustedDevice, name) for name in TrustedDevicePublic.model_fields if name != "is_current"]
_public.append(_is_current.label("is_current"))
_LIST: Statement[TrustedDevicePublic] = Statement(
    select(*_public).where(*_valid).order_by(col(TrustedDevice.id).desc()).limit(MAX_DEVICES),
    returns=TrustedDevicePublic,
)


def presented_hash(request: Request) -> bytes | None:
    """Return the hash of the request's cookie."""
    secret = read_cookie(request, COOKIE_NAME)
    return hash_token(secret) if secret else None


async def is_trusted(session: AutocommitSession, request: Request, user_id: uuid.UUID) -> bool:
    """Return whether the request's browser is trusted by this user. Costs no statement without the cookie."""
    secret_hash = presented_hash(request)
    if secret_hash is None:
        return False
    return await session.first(_TRUSTED, user_id=user_id, now=utc_now(), secret_hash=secret_hash) is not None


async def read_devices(
    *, session: AutocommitSession, user_id: uuid.UUID, presented: bytes | None
) -> Row[TrustedDevicesPublic]:
    """Return `TrustedDevicesPublic`: the newest first."""
    devices = await session.all(_LIST, user_id=user_id, now=utc_now(), secret_hash=presented or b"")
    return Row(data=devices, count=len(devices))


async def create_device(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    session_id: uuid.UUID,
    secret: str,
    lifetime: timedelta,
    presented: bytes | None,
) -> None:
    """Store a device of a locked user, instead of the one that the browser was before, and of the oldest ones."""
    of_user = col(TrustedDevice.user_id) == user_id
    if presented is not None:
        await session.exec(delete(TrustedDevice).where(of_user, col(TrustedDevice.secret_hash) == presented))
    newest = select(TrustedDevice.id).where(of_user).order_by(col(TrustedDevice.id).desc()).limit(MAX_DEVICES - 1)
    await session.exec(delete(TrustedDevice).where(of_user, col(TrustedDevice.id).not_in(newest)))
    own = await session.get_one(UserSession, session_id)
    session.add(
        TrustedDevice(
            user_id=user_id,
            secret_hash=hash_token(secret),
            device=own.device,
            ip=own.ip,
            expires_at=utc_now() + lifetime,
        )
    )
    await session.flush()


async def delete_device(*, session: AsyncSession, user_id: uuid.UUID, device_id: uuid.UUID) -> str | None:
    """Return the name of the device. Raises `NotFound`, also for a device of another user."""
    statement = delete(TrustedDevice).where(col(TrustedDevice.id) == device_id, col(TrustedDevice.user_id) == user_id)
    deleted = (await session.exec(statement.returning(col(TrustedDevice.id), col(TrustedDevice.device)))).first()
    if deleted is None:
        raise NotFound("Trusted device not found")
    return deleted[1]  # type: ignore[no-any-return]


async def delete_devices(*, session: AsyncSession, user_id: uuid.UUID | None) -> None:
    """Delete the devices of a user, or of all users."""
    statement = delete(TrustedDevice)
    await session.exec(statement if user_id is None else statement.where(col(TrustedDevice.user_id) == user_id))


async def delete_expired_devices(*, session: AsyncSession, before: datetime) -> None:
    await session.exec(delete(TrustedDevice).where(col(TrustedDevice.expires_at) < before))
