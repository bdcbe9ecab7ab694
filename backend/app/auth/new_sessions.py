"""Statements that count only while a user has the address and the hash that were verified: sign-in, and a new proof."""

import uuid

from sqlalchemy import DateTime, LargeBinary, String, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import RefreshToken, UserSession
from app.auth.security_events import SignInPlace, sign_in_event
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Statement
from app.core.ids import new_id
from app.users.models import User

_LOCKED = (
    select(User.id)
    .where(
        User.id == bindparam("user_id"),
        User.email == bindparam("email"),
        User.hashed_password == bindparam("password_hash"),
        User.is_active,
    )
    .with_for_update()
    .cte("locked")
)
"""A concurrent change of the user is waited for, and then counts."""
_EXPIRED = (
    delete(UserSession)
    .where(
        col(UserSession.user_id).in_(select(_LOCKED.c.id)),
        col(UserSession.expires_at) <= bindparam("created_at"),
    )
    .cte("expired")
)
_NEW = ("id", "created_at", "expires_at", "authenticated_at", "factor", "device", "ip")
_CREATED = (
    insert(UserSession)
    .from_select(
        ["user_id", *_NEW],
        select(_LOCKED.c.id, *(bindparam(name, type_=getattr(UserSession, name).type) for name in _NEW)),
    )
    .returning(*(col(getattr(UserSession, name)) for name in ("id", "user_id", "created_at", "device", "ip")))
    .cte("created")
)
_REFRESH_TOKEN = (
    insert(RefreshToken)
    .from_select(
        ["session_id", "token_hash", "expires_at"],
        select(
            _CREATED.c.id,
            bindparam("token_hash", type_=LargeBinary()),
            bindparam("refresh_expires_at", type_=DateTime(timezone=True)),
        ),
    )
    .cte("refresh_token")
)
_SIGN_IN = sign_in_event(_CREATED).add_cte(_EXPIRED)
_REFRESHABLE_SIGN_IN = _SIGN_IN.add_cte(_REFRESH_TOKEN)
_CREATE_SESSION = Statement(_SIGN_IN)
_CREATE_REFRESHABLE_SESSION = Statement(_REFRESHABLE_SIGN_IN)
_RENEW_AUTHENTICATION = Statement(
    update(UserSession)
    .where(
        col(UserSession.id) == bindparam("session_id"),
        col(UserSession.user_id).in_(select(_LOCKED.c.id)),
        col(UserSession.expires_at) > bindparam("now"),
    )
    .values(authenticated_at=bindparam("now"), factor=bindparam("proven", type_=String))
    .returning(col(UserSession.id))
)


async def create_session(
    *,
    session: AutocommitSession | AsyncSession,
    created: UserSession,
    refresh_token: RefreshToken | None,
    place: SignInPlace,
    email: str,
    password_hash: str,
) -> str | None:
    """Create a session, its refresh token if it has one, and its event, and delete the user's expired sessions.

    Return the kind of the event, or None if the user does not have this address and hash any more, or is inactive.
    """
    values = created.model_dump(include={"user_id", *_NEW})
    values |= {"event_id": new_id(), "email": email, "password_hash": password_hash, **place._asdict()}
    sign_in, prepared = _SIGN_IN, _CREATE_SESSION
    if refresh_token is not None:
        values |= {"token_hash": refresh_token.token_hash, "refresh_expires_at": refresh_token.expires_at}
        sign_in, prepared = _REFRESHABLE_SIGN_IN, _CREATE_REFRESHABLE_SESSION
    if isinstance(session, AutocommitSession):
        row = await session.first(prepared, **values)
        return row["kind"] if row else None
    return (await (await session.connection()).execute(sign_in, values)).scalar_one_or_none()


async def renew_authentication(
    *,
    session: AutocommitSession,
    session_id: uuid.UUID,
    factor: str | None,
    user_id: uuid.UUID,
    email: str,
    password_hash: str,
) -> bool:
    """Store that the session's user has just proved who they are. False if the session or the user has changed."""
    values = {"session_id": session_id, "user_id": user_id, "email": email, "password_hash": password_hash}
    values["proven"] = factor
    return await session.first(_RENEW_AUTHENTICATION, **values, now=utc_now()) is not None
