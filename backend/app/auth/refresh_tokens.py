"""Queries for refresh tokens: one row for each session that can be refreshed, with the hash of its current token."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import DateTime, LargeBinary, and_, bindparam, case, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.config import settings
from app.auth.models import RefreshToken, UserSession
from app.auth.refresh_secrets import RefreshSecret
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.users.models import User

GRACE = timedelta(seconds=10)
"""How long a replaced token still returns its successor: concurrent requests, and a response that was lost."""

_TIME, _HASH = DateTime(timezone=True), LargeBinary()
_presented = bindparam("presented", type_=_HASH)
_successor = bindparam("successor", type_=_HASH)
_now = bindparam("now", type_=_TIME)
_is_current = col(RefreshToken.token_hash) == _presented
# Of two concurrent requests, the second one waits for the row, and finds its token replaced by the same successor.
_was_just_replaced = and_(
    col(RefreshToken.previous_hash) == _presented,
    col(RefreshToken.token_hash) == _successor,
    col(RefreshToken.rotated_at) > bindparam("grace_from", type_=_TIME),
)
_ROTATE = Statement(
    update(RefreshToken)
    .where(
        col(RefreshToken.session_id) == bindparam("session_id"),
        or_(_is_current, _was_just_replaced),
        col(RefreshToken.expires_at) > _now,
        col(UserSession.id) == RefreshToken.session_id,
        col(UserSession.expires_at) > _now,
        col(User.id) == UserSession.user_id,
        col(User.is_active),
    )
    .values(
        token_hash=_successor,
        previous_hash=_presented,
        rotated_at=case((_is_current, _now), else_=col(RefreshToken.rotated_at)),
        expires_at=func.least(bindparam("idle_until", type_=_TIME), UserSession.expires_at),
    )
    .returning(
        col(UserSession.user_id),
        col(UserSession.expires_at).label("session_expires_at"),
        col(RefreshToken.expires_at).label("refresh_expires_at"),
    ),
    lane="session",
)


def new_refresh_token(user_session: UserSession, secret: RefreshSecret) -> RefreshToken:
    """Return the first row of a new session. It is not stored yet."""
    return RefreshToken(
        session_id=user_session.id,
        token_hash=secret.hash(),
        expires_at=min(user_session.created_at + settings.refresh_idle_lifetime, user_session.expires_at),
    )


async def rotate(*, session: AutocommitSession, presented: RefreshSecret, successor: RefreshSecret) -> Row | None:
    """Replace a token by its successor, unless another request has just done so: then both get the same result.

    Return `user_id`, `session_expires_at` and `refresh_expires_at`, or None if the token is not valid any more.
    """
    now = utc_now()
    return await session.first(
        _ROTATE,
        session_id=presented.session_id,
        presented=presented.hash(),
        successor=successor.hash(),
        now=now,
        grace_from=now - GRACE,
        idle_until=now + settings.refresh_idle_lifetime,
    )


async def find_user_of_replaced(*, session: AsyncSession, presented: RefreshSecret) -> uuid.UUID | None:
    """Return the user of a session that is still open, but whose token another one has replaced, or None."""
    now: datetime = utc_now()
    statement = (
        select(UserSession.user_id)
        .join(RefreshToken, col(RefreshToken.session_id) == UserSession.id)
        .where(
            UserSession.id == presented.session_id,
            UserSession.expires_at > now,
            RefreshToken.expires_at > now,
            RefreshToken.token_hash != presented.hash(),
        )
    )
    return (await session.exec(statement)).first()
