"""Queries for sign-ups that wait for the verification of their address."""

import secrets
import uuid
from datetime import timedelta

from sqlalchemy import bindparam, delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.config import settings
from app.auth.crud import hash_token
from app.auth.models import SignUp, SignUpLink
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Statement

LIFETIME = timedelta(hours=settings.EMAIL_VERIFICATION_EXPIRE_HOURS)
_LATEST_PASSWORD = Statement(
    select(SignUp.hashed_password)
    .where(SignUp.email == bindparam("email"), SignUp.expires_at > bindparam("now"))
    .order_by(col(SignUp.created_at).desc())
    .limit(1)
)


async def create_sign_up(*, session: AsyncSession, email: str, full_name: str | None, hashed_password: str) -> SignUp:
    now = utc_now()
    sign_up = SignUp(
        email=email, full_name=full_name, hashed_password=hashed_password, created_at=now, expires_at=now + LIFETIME
    )
    session.add(sign_up)
    await session.flush()
    return sign_up


async def create_link(*, session: AsyncSession, sign_up_id: uuid.UUID) -> str:
    """Create the 256-bit secret of a link. Earlier ones of the sign-up stay valid."""
    token = secrets.token_urlsafe(32)
    session.add(SignUpLink(token_hash=hash_token(token), sign_up_id=sign_up_id))
    await session.flush()
    return token


async def find_by_link(*, session: AsyncSession, token: str) -> SignUp | None:
    """Return the sign-up that a link confirms, or None if it has expired or ended."""
    statement = (
        select(SignUp).join(SignUpLink).where(SignUpLink.token_hash == hash_token(token), SignUp.expires_at > utc_now())
    )
    return (await session.exec(statement)).first()


async def find_sign_up(*, session: AsyncSession, sign_up_id: uuid.UUID) -> SignUp | None:
    """Return a sign-up that has not expired, or None."""
    statement = select(SignUp).where(SignUp.id == sign_up_id, SignUp.expires_at > utc_now())
    return (await session.exec(statement)).first()


async def find_latest_sign_up(*, session: AsyncSession, email: str) -> SignUp | None:
    """Return the latest sign-up with this address that has not expired, or None."""
    statement = select(SignUp).where(SignUp.email == email, SignUp.expires_at > utc_now())
    return (await session.exec(statement.order_by(col(SignUp.created_at).desc()).limit(1))).first()


async def read_latest_password(*, session: AutocommitSession, email: str) -> str | None:
    """Return the hash of the latest sign-up's password, or None."""
    row = await session.first(_LATEST_PASSWORD, email=email, now=utc_now())
    return row["hashed_password"] if row else None


async def use_sign_up(*, session: AsyncSession, sign_up_id: uuid.UUID, email: str) -> bool:
    """Delete a sign-up, and the others with its address. Of two concurrent requests only one gets True."""
    deleted = delete(SignUp).where(col(SignUp.email) == email).returning(col(SignUp.id))
    return sign_up_id in (await session.exec(deleted)).scalars().all()


async def delete_expired_sign_ups(*, session: AsyncSession) -> None:
    await session.exec(delete(SignUp).where(col(SignUp.expires_at) <= utc_now()))
