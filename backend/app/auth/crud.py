"""Queries for sessions and one-time tokens."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    DateTime,
    and_,
    bindparam,
    case,
    delete,
    false,
    not_,
    or_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.challenges import has_factor
from app.auth.config import Required, settings
from app.auth.events import AllAccessEnded
from app.auth.models import (
    ANSWERS,
    CHALLENGES,
    OneTimeToken,
    RefreshToken,
    SessionPrincipal,
    SessionsParams,
    SessionsPublic,
    SessionUse,
    SignUp,
    TokenPurpose,
    UserSession,
)
from app.auth.recent_writes import HAS_JUST_WRITTEN
from app.auth.session_list import AUTHENTICATED_AT, SESSIONS
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.events import emit
from app.core.models import columns
from app.users.models import User, UserPublic

_NEWEST = aliased(UserSession)
_END_OLDER_SESSIONS = Statement(
    delete(UserSession).where(
        col(UserSession.user_id) == bindparam("user_id"),
        col(UserSession.id)
        != select(_NEWEST.id)
        .where(_NEWEST.user_id == bindparam("user_id"))
        .order_by(col(_NEWEST.id).desc())
        .limit(1)
        .scalar_subquery(),
    )
)
_NOTE_USE = Statement(
    insert(SessionUse)
    .from_select(
        ["session_id", "at"],
        # Not just the values: the session can have ended.
        select(UserSession.id, bindparam("now", type_=DateTime(timezone=True))).where(
            UserSession.id == bindparam("session_id")
        ),
    )
    .on_conflict_do_update(
        index_elements=["session_id"],
        set_={"at": bindparam("now", type_=DateTime(timezone=True))},
        where=col(SessionUse.at) <= bindparam("noted_before"),
    ),
    lane="session",
)
_as_principal = TypeAdapter(SessionPrincipal).validate_python  # a third of the time of `model_construct`
_ACCESS = Statement(
    select(User.is_superuser, UserSession.expires_at)
    .join(UserSession, col(UserSession.user_id) == User.id)
    .where(UserSession.id == bindparam("session_id"), UserSession.expires_at > bindparam("now"), User.is_active),
    lane="session",
)


async def get_session_principal(*, session: AutocommitSession, session_id: uuid.UUID) -> SessionPrincipal | None:
    """Return who a session's requests are from, or None if it has ended or the user is inactive."""
    statement = _session_principal(settings.REQUIRE_MFA_FOR)
    row = await session.first(statement, session_id=session_id, now=utc_now())
    return _as_principal(row) if row else None


@cache
def _session_principal(required_for: Required) -> Statement[SessionPrincipal]:
    """Return the statement. Built at its first use, when all features have registered their challenges."""
    must_set_up = {
        "nobody": false(),
        "superusers": and_(col(User.is_superuser), not_(has_factor())),
        "everyone": not_(has_factor()),
    }
    return Statement(
        select(
            *[
                *columns(User, UserPublic),
                col(UserSession.id).label("session_id"),
                AUTHENTICATED_AT.label("authenticated_at"),
                col(UserSession.factor),
                must_set_up[required_for].label("must_set_up_factor"),
                HAS_JUST_WRITTEN.label("has_just_written"),
            ]
        )
        .join(UserSession, col(UserSession.user_id) == User.id)
        .where(UserSession.id == bindparam("session_id"), UserSession.expires_at > bindparam("now"), User.is_active),
        returns=SessionPrincipal,
        lane="session",
    )


async def read_sessions(
    *, session: AutocommitSession, params: SessionsParams, user_id: uuid.UUID, current_id: uuid.UUID | None
) -> Row[SessionsPublic]:
    """Return `SessionsPublic`: one page of the user's sessions that have not expired."""
    page = await SESSIONS.page(session, params, user_id=user_id)
    for row in page["data"]:
        row["is_current"] = row["id"] == current_id
    return page


async def end_older_sessions(*, session: AutocommitSession, user_id: uuid.UUID) -> None:
    """End all sessions of the user except the newest. Of concurrent sign-ins, one keeps its session."""
    await session.records(_END_OLDER_SESSIONS, {"user_id": user_id})


async def note_use(*, session: AutocommitSession, session_id: uuid.UUID, now: datetime, noted_before: datetime) -> None:
    """Store the time of a session's use, unless another process has done so since `noted_before`."""
    await session.records(_NOTE_USE, {"session_id": session_id, "now": now, "noted_before": noted_before})


async def get_access(*, session: AutocommitSession, session_id: uuid.UUID | None) -> Row | None:
    """Return the current `is_superuser` and `expires_at` of a session, or None if it has ended."""
    return await session.first(_ACCESS, session_id=session_id, now=utc_now())


async def lock_access(*, session: AsyncSession, session_id: uuid.UUID | None) -> bool | None:
    """Return `is_superuser` of the session's active user, or None if the session has ended.

    The session cannot be ended before the commit. Lock its user first: sessions come after users in the order of locks.
    """
    statement = (
        select(User.is_superuser)
        .join(UserSession, col(UserSession.user_id) == User.id)
        .where(UserSession.id == session_id, UserSession.expires_at > utc_now(), User.is_active)
    )
    return (await session.exec(statement.with_for_update(read=True, of=UserSession))).first()


async def end_session(*, session: AsyncSession, session_id: uuid.UUID, user_id: uuid.UUID | None = None) -> str | None:
    """End a session, of this user if one is given. Return the name of its device, or None if it did not exist."""
    statement = delete(UserSession).where(col(UserSession.id) == session_id)
    if user_id is not None:
        statement = statement.where(col(UserSession.user_id) == user_id)
    returning = statement.returning(func.coalesce(UserSession.device, ""))
    return (await session.exec(returning)).scalar_one_or_none()


async def end_sessions(*, session: AsyncSession, user_id: uuid.UUID, kept_session_id: uuid.UUID | None) -> None:
    """End all sessions of the user except the kept one."""
    statement = delete(UserSession).where(col(UserSession.user_id) == user_id)
    if kept_session_id is not None:
        statement = statement.where(col(UserSession.id) != kept_session_id)
    await session.exec(statement)


async def delete_expired_sessions(*, session: AsyncSession, before: datetime) -> None:
    not_refreshed = select(RefreshToken.session_id).where(RefreshToken.expires_at < before)
    is_over = or_(col(UserSession.expires_at) < before, col(UserSession.id).in_(not_refreshed))
    await session.exec(delete(UserSession).where(is_over))


async def delete_ended_one_time_tokens(*, session: AsyncSession) -> None:
    is_ended = or_(col(OneTimeToken.used_at).is_not(None), col(OneTimeToken.expires_at) <= utc_now())
    await session.exec(delete(OneTimeToken).where(is_ended))


async def end_all_access(*, session: AsyncSession) -> None:
    """End all sessions of all users, all one-time tokens and all waiting sign-ups, for example after a restore.

    `AllAccessEnded` lets other features end theirs, so their listeners have to be imported.
    """
    await session.exec(delete(UserSession))
    await session.exec(delete(SignUp))
    unused = update(OneTimeToken).where(col(OneTimeToken.used_at).is_(None))
    await session.exec(unused.values(used_at=utc_now()))
    await emit(session, AllAccessEnded())


async def create_one_time_token(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    email: str,
    purpose: TokenPurpose,
    lifetime: timedelta,
    session_id: uuid.UUID | None = None,
) -> str:
    """Create a 256-bit secret to be sent to `email`. The user's earlier ones stay valid.

    With `session_id`, only that session can use it.
    """
    token = secrets.token_urlsafe(32)
    expires_at = utc_now() + lifetime
    session.add(
        OneTimeToken(
            user_id=user_id,
            purpose=purpose,
            token_hash=hash_token(token),
            email=email,
            session_id=session_id,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return token


async def find_one_time_token(
    *, session: AsyncSession, token: str, purpose: TokenPurpose, session_id: uuid.UUID | None = None
) -> tuple[uuid.UUID, str] | None:
    """Return the user id and address of a usable token of this session, if one is given, or None."""
    statement = select(OneTimeToken.user_id, OneTimeToken.email).where(*_usable(token, purpose))
    if session_id is not None:
        statement = statement.where(OneTimeToken.session_id == session_id)
    return (await session.exec(statement)).first()


async def use_one_time_token(*, session: AsyncSession, token: str, purpose: TokenPurpose) -> bool:
    """Mark the token as used, and return whether it was usable. Of two concurrent requests only one gets True."""
    statement = update(OneTimeToken).where(*_usable(token, purpose)).values(used_at=utc_now())
    returning = statement.returning(col(OneTimeToken.user_id))
    return (await session.exec(returning)).first() is not None


async def count_wrong_answer(*, session: AsyncSession, token: str, purpose: TokenPurpose, allowed: int) -> None:
    """Count a wrong answer to a challenge. The last one that is allowed ends it."""
    failures = col(OneTimeToken.failures) + 1
    used_at = case((failures >= allowed, utc_now()), else_=None)
    statement = update(OneTimeToken).where(*_usable(token, purpose))
    await session.exec(statement.values(failures=failures, used_at=used_at))


async def end_challenges(*, session: AsyncSession, user_id: uuid.UUID) -> None:
    """End the user's challenges that wait for their answer."""
    statement = delete(OneTimeToken).where(
        col(OneTimeToken.user_id) == user_id, col(OneTimeToken.purpose).in_(CHALLENGES)
    )
    await session.exec(statement)


async def end_one_time_tokens(*, session: AsyncSession, user_id: uuid.UUID, also_answers: bool = False) -> None:
    """Void the user's tokens. Those with which the owner answers a stranger's change (`ANSWERS`) stay by default."""
    statement = update(OneTimeToken).where(col(OneTimeToken.user_id) == user_id, col(OneTimeToken.used_at).is_(None))
    if not also_answers:
        statement = statement.where(col(OneTimeToken.purpose).not_in(ANSWERS))
    await session.exec(statement.values(used_at=utc_now()))


def _usable(token: str, purpose: TokenPurpose) -> list[ColumnElement[bool]]:
    return [
        col(OneTimeToken.token_hash) == hash_token(token),
        col(OneTimeToken.purpose) == purpose,
        col(OneTimeToken.used_at).is_(None),
        col(OneTimeToken.expires_at) > utc_now(),
    ]


def hash_token(token: str) -> bytes:
    """Hash with SHA-256. The token is random, so it needs no slow password hash."""
    return hashlib.sha256(token.encode()).digest()
