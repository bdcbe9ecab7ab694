"""Use cases: sessions and their tokens, and resetting a forgotten password."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, pending_emails, refresh_tokens
from app.auth.config import settings
from app.auth.devices import Client, device_name
from app.auth.events import RefreshTokenReused
from app.auth.models import NewPassword, RefreshToken, SessionPrincipal, TokenPurpose, UserSession
from app.auth.refresh_secrets import RefreshSecret
from app.auth.security_events import record_event
from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.database.statements import AutocommitSession
from app.core.errors import InvalidToken, NotAuthenticated, NotFound
from app.core.events import emit
from app.core.security.signed_tokens import ACCESS, encode_token
from app.users import crud as users_crud
from app.users import service as users_service
from app.users.models import User

logger = structlog.get_logger(__name__)

ACCESS_LIFETIME = settings.access_token_lifetime
SESSION_LIFETIME = settings.session_lifetime
"""How long a session lasts that can be refreshed, at most. Another one ends with its access token."""
USE_INTERVAL = timedelta(minutes=5)
"""How often the use of a session is stored, at most."""
RESET_LIFETIME = timedelta(minutes=settings.PASSWORD_RESET_EXPIRE_MINUTES)

_MAX_NOTED = 10_000
_noted_uses: dict[uuid.UUID, datetime] = {}
"""When this process last stored the use of a session. A new session counts as used when it begins."""


@dataclass(frozen=True)
class Tokens:
    """What a client gets. The times are in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None
    refresh_expires_in: int = 0


@dataclass(frozen=True)
class NewSession:
    """The rows of a session, and the secret that refreshes it. Without one, it ends with its access token."""

    user_session: UserSession
    refresh_token: RefreshToken | None = None
    secret: RefreshSecret | None = None

    def tokens(self) -> Tokens:
        stored, session = self.refresh_token, self.user_session
        return _tokens(session, self.secret, stored.expires_at if stored else None)


async def new_session(user_id: uuid.UUID, client: Client, *, offline: bool, factor: str | None = None) -> NewSession:
    """Return a session that begins now. It is not stored yet."""
    now = utc_now()
    user_session = UserSession(
        user_id=user_id,
        created_at=now,
        expires_at=now + (SESSION_LIFETIME if offline else ACCESS_LIFETIME),
        authenticated_at=now,
        factor=factor,
        device=await asyncio.to_thread(device_name, client),
        ip=client.address,
    )
    if not offline:
        return NewSession(user_session)
    secret = RefreshSecret.new(user_session.id)
    return NewSession(user_session, refresh_tokens.new_refresh_token(user_session, secret), secret)


def access_token(user_session: UserSession) -> str:
    return _tokens(user_session).access_token


async def refresh(*, session: AutocommitSession, presented: RefreshSecret) -> Tokens:
    """Replace the refresh token, and return the next one with a new access token.

    Concurrent requests get the same refresh token. Raises `NotAuthenticated` if the session has ended or the user is
    inactive, and for a token that was replaced a while ago. That ends the session.
    """
    successor = presented.successor()
    row = await refresh_tokens.rotate(session=session, presented=presented, successor=successor)
    if row is None:
        await _end_reused(presented)
        raise NotAuthenticated
    user_session = UserSession(id=presented.session_id, user_id=row["user_id"], expires_at=row["session_expires_at"])
    return _tokens(user_session, successor, row["refresh_expires_at"])


async def _end_reused(presented: RefreshSecret) -> None:
    async with transaction() as session:
        user_id = await refresh_tokens.find_user_of_replaced(session=session, presented=presented)
        if user_id is None:
            return
        # Always lock users before their sessions, so that two requests cannot deadlock.
        await users_crud.find_user(session=session, user_id=user_id, for_update=True)
        if await crud.end_session(session=session, session_id=presented.session_id) is not None:
            await emit(session, RefreshTokenReused(user_id, presented.session_id))
            logger.warning("refresh_token_reused", user_id=str(user_id), session_id=str(presented.session_id))


def _tokens(
    user_session: UserSession, secret: RefreshSecret | None = None, refresh_expires_at: datetime | None = None
) -> Tokens:
    now = utc_now()
    expires_at = min(now + ACCESS_LIFETIME, user_session.expires_at)
    claims = {"sub": str(user_session.user_id), "sid": str(user_session.id)}
    return Tokens(
        access_token=encode_token(ACCESS, claims, expires_at),
        expires_in=max(0, round((expires_at - now).total_seconds())),
        refresh_token=secret.encode() if secret else None,
        refresh_expires_in=max(0, round((refresh_expires_at - now).total_seconds())) if refresh_expires_at else 0,
    )


def is_use_to_be_noted(principal: SessionPrincipal) -> bool:
    """Return whether this process has not noted a use of the session for `USE_INTERVAL`. Costs no statement."""
    return utc_now() - _noted_uses.get(principal.session_id, principal.authenticated_at) >= USE_INTERVAL


async def note_use(*, session: AutocommitSession, session_id: uuid.UUID) -> None:
    """Store that the session is in use. A failure is logged: it must not stop a request that reads."""
    now = utc_now()
    if len(_noted_uses) >= _MAX_NOTED:
        del _noted_uses[next(iter(_noted_uses))]  # the oldest
    _noted_uses.pop(session_id, None)
    _noted_uses[session_id] = now
    try:
        await crud.note_use(session=session, session_id=session_id, now=now, noted_before=now - USE_INTERVAL)
    except psycopg.Error as error:
        logger.warning("session_use_not_stored", error=type(error).__name__)


async def end_session(*, session: AsyncSession, user_id: uuid.UUID, session_id: uuid.UUID) -> None:
    """End a session, and a change of the address that waits: the session could have requested it.

    Raises `NotFound`, also for a session of another user.
    """
    device = await crud.end_session(session=session, session_id=session_id, user_id=user_id)
    if device is None:
        raise NotFound("Session not found")
    await pending_emails.end_pending(session=session, user_id=user_id)
    details = {"ended_device": device}
    await record_event(session=session, user_id=user_id, kind="session_ended", details=details)


async def end_sessions(*, session: AsyncSession, user_id: uuid.UUID, kept_session_id: uuid.UUID | None) -> None:
    """End all sessions of the user except the kept one, and a change of the address that waits."""
    await crud.end_sessions(session=session, user_id=user_id, kept_session_id=kept_session_id)
    await pending_emails.end_pending(session=session, user_id=user_id)
    await record_event(session=session, user_id=user_id, kind="sessions_ended")


async def use_link(*, session: AsyncSession, token: str, purpose: TokenPurpose) -> tuple[User, str]:
    """Use up a link. Return its user, locked, and the address that it was sent to. Raises `InvalidToken`."""
    found = await crud.find_one_time_token(session=session, token=token, purpose=purpose)
    user = await users_crud.find_user(session=session, user_id=found[0], for_update=True) if found else None
    used = await crud.use_one_time_token(session=session, token=token, purpose=purpose)
    if found is None or user is None or not used:
        raise InvalidToken("Invalid token")
    return user, found[1]


async def reset_password(*, session: AsyncSession, body: NewPassword) -> None:
    """Set a new password. Raises `InvalidToken`, or `Invalid` for a weak password; the token then stays usable."""
    purpose = TokenPurpose.RESET_PASSWORD
    found = await crud.find_one_time_token(session=session, token=body.token, purpose=purpose)
    if found is None:
        raise InvalidToken("Invalid token")
    user_id, email = found
    hashed_password = await users_service.hash_new_password(
        session=session, password=body.new_password, email=email, field="new_password"
    )
    # Always lock users before their tokens, so that two requests cannot deadlock.
    user = await users_crud.find_user(session=session, user_id=user_id, for_update=True)
    used = await crud.use_one_time_token(session=session, token=body.token, purpose=purpose)
    if user is None or not user.is_active or user.email != email or not used:
        raise InvalidToken("Invalid token")
    await users_service.set_password_hash(session=session, user=user, hashed_password=hashed_password, by="recovery")
