"""Queries for sessions and one-time tokens."""

import hashlib
import secrets
import uuid
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, delete, literal, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import OneTimeToken, SessionUser, TokenPurpose, UserSession
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.models import columns
from app.users.models import User, UserPublic

_SESSION_USER = Statement(
    select(*[*columns(User, UserPublic), col(UserSession.id).label("session_id")])
    .join(UserSession, col(UserSession.user_id) == User.id)
    .where(UserSession.id == bindparam("session_id"), UserSession.expires_at > bindparam("now"), User.is_active),
    returns=SessionUser,
    lane="session",
)
_ACCESS = Statement(
    select(User.is_superuser, UserSession.expires_at)
    .join(UserSession, col(UserSession.user_id) == User.id)
    .where(UserSession.id == bindparam("session_id"), UserSession.expires_at > bindparam("now"), User.is_active),
    lane="session",
)


async def create_session(*, session: AsyncSession, user_id: uuid.UUID, lifetime: timedelta) -> UserSession:
    """Create a session, and delete the user's expired ones."""
    now = utc_now()
    expired = delete(UserSession).where(col(UserSession.user_id) == user_id, col(UserSession.expires_at) <= now)
    await session.exec(expired)
    user_session = UserSession(user_id=user_id, expires_at=now + lifetime)
    session.add(user_session)
    await session.flush()
    return user_session


async def get_session_user(*, session: AutocommitSession, session_id: uuid.UUID) -> SessionUser | None:
    """Return the user of a session, or None if the session has ended or the user is inactive."""
    row = await session.first(_SESSION_USER, session_id=session_id, now=utc_now())
    return SessionUser.model_construct(**row) if row else None


async def get_access(*, session: AutocommitSession, session_id: uuid.UUID) -> Row | None:
    """Return the current `is_superuser` and `expires_at` of a session, or None if it has ended."""
    return await session.first(_ACCESS, session_id=session_id, now=utc_now())


async def lock_access(*, session: AsyncSession, session_id: uuid.UUID) -> bool | None:
    """Return `is_superuser` of the session's active user, or None if the session has ended.

    The session cannot be ended before the commit. Lock its user first: sessions come after users in the order of locks.
    """
    statement = (
        select(User.is_superuser)
        .join(UserSession, col(UserSession.user_id) == User.id)
        .where(UserSession.id == session_id, UserSession.expires_at > utc_now(), User.is_active)
    )
    return (await session.exec(statement.with_for_update(read=True, of=UserSession))).first()


async def end_session(*, session: AsyncSession, session_id: uuid.UUID) -> None:
    await session.exec(delete(UserSession).where(col(UserSession.id) == session_id))


async def end_sessions(*, session: AsyncSession, user_id: uuid.UUID, kept_session_id: uuid.UUID | None) -> None:
    """End all sessions of the user except the kept one."""
    statement = delete(UserSession).where(col(UserSession.user_id) == user_id)
    if kept_session_id is not None:
        statement = statement.where(col(UserSession.id) != kept_session_id)
    await session.exec(statement)


async def end_all_access(*, session: AsyncSession) -> None:
    """End all sessions of all users and invalidate all one-time tokens, for example after a restore."""
    await session.exec(delete(UserSession))
    unused = update(OneTimeToken).where(col(OneTimeToken.used_at).is_(None))
    await session.exec(unused.values(used_at=utc_now()))


async def create_one_time_token(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    email: str,
    purpose: TokenPurpose,
    lifetime: timedelta,
) -> str:
    """Create a 256-bit secret to be sent to `email`. It replaces the user's earlier token for this purpose.

    If the user does not exist, nothing is stored, but the work is the same.
    """
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": _hash(token),
        "email": email,
        "expires_at": utc_now() + lifetime,
        "used_at": None,
    }
    row = {"purpose": purpose, **values}
    types = OneTimeToken.__table__.c  # type: ignore[attr-defined]
    selected = select(User.id, *(literal(value, types[name].type) for name, value in row.items()))
    statement = insert(OneTimeToken).from_select(["user_id", *row], selected.where(User.id == user_id))
    await session.exec(statement.on_conflict_do_update(index_elements=["user_id", "purpose"], set_=values))
    return token


async def find_one_time_token(
    *, session: AsyncSession, token: str, purpose: TokenPurpose
) -> tuple[uuid.UUID, str] | None:
    """Return the user id and address of a usable token, or None."""
    statement = select(OneTimeToken.user_id, OneTimeToken.email).where(*_usable(token, purpose))
    return (await session.exec(statement)).first()


async def use_one_time_token(*, session: AsyncSession, token: str, purpose: TokenPurpose) -> bool:
    """Mark the token as used, and return whether it was usable. Of two concurrent requests only one gets True."""
    statement = update(OneTimeToken).where(*_usable(token, purpose)).values(used_at=utc_now())
    returning = statement.returning(col(OneTimeToken.user_id))
    return (await session.exec(returning)).first() is not None


async def end_one_time_tokens(*, session: AsyncSession, user_id: uuid.UUID) -> None:
    statement = update(OneTimeToken).where(col(OneTimeToken.user_id) == user_id, col(OneTimeToken.used_at).is_(None))
    await session.exec(statement.values(used_at=utc_now()))


def _usable(token: str, purpose: TokenPurpose) -> list[ColumnElement[bool]]:
    return [
        col(OneTimeToken.token_hash) == _hash(token),
        col(OneTimeToken.purpose) == purpose,
        col(OneTimeToken.used_at).is_(None),
        col(OneTimeToken.expires_at) > utc_now(),
    ]


def _hash(token: str) -> bytes:
    """Hash with SHA-256. The token is random, so it needs no slow password hash."""
    return hashlib.sha256(token.encode()).digest()
