"""Use cases: creating and revoking tokens, and noting their use."""

import uuid
from datetime import date, timedelta

import psycopg
import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import hash_token
from app.auth.models import Principal
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import emit
from app.core.request_context import request_client
from app.tokens import crud
from app.tokens.config import settings
from app.tokens.events import ApiTokenCreated, ApiTokenRevoked
from app.tokens.models import ApiToken, ApiTokenCreate, ApiTokenPrincipal, CreatedApiToken
from app.tokens.token_text import new_token

logger = structlog.get_logger(__name__)

MAX_TOKENS = 50
"""Of a user, that have not expired."""

_MAX_NOTED = 10_000
_noted_uses: dict[tuple[uuid.UUID, str | None], date] = {}
"""The last day for which this process has stored a token's use from an address."""


async def create_token(*, session: AsyncSession, user: Principal, body: ApiTokenCreate) -> CreatedApiToken:
    """Create a token of the user, who is locked.

    Raises `Forbidden` for a scope that the user cannot give, `Invalid` for an expiry that the settings do not allow,
    and `Conflict` if the user has `MAX_TOKENS`.
    """
    if "admin" in body.scopes and not user.is_superuser:
        raise Forbidden("Only superusers can create a token with the scope admin")
    if body.expires_in_days > (longest := settings.TOKEN_MAX_DAYS):
        raise Invalid("expires_in_days", f"A token can be valid for {longest} days at most", code="less_than_equal")
    if await crud.count_valid_tokens(session=session, user_id=user.id) >= MAX_TOKENS:
        raise Conflict(f"You have {MAX_TOKENS} API tokens, the maximum. Revoke one that you no longer use.")
    token, now = new_token(settings.TOKEN_PREFIX), utc_now()
    created = ApiToken(
        user_id=user.id,
        name=body.name,
        scopes=sorted(set(body.scopes), key=("read", "write", "admin").index),
        token_hash=hash_token(token),
        hint=token[-4:],
        created_at=now,
        expires_at=now + timedelta(days=body.expires_in_days),
    )
    await crud.create_token(session=session, api_token=created)
    scopes = tuple(created.scopes)
    await emit(session, ApiTokenCreated(created.id, user.id, created.hint, scopes, created.expires_at))
    return CreatedApiToken.model_validate(
        created, from_attributes=True, update={"token": token, "last_used_on": None, "last_used_ip": None}
    )


async def revoke_token(*, session: AsyncSession, user_id: uuid.UUID, token_id: uuid.UUID) -> None:
    """Raises `NotFound`, also for a token of another user."""
    await crud.delete_token(session=session, user_id=user_id, token_id=token_id)
    await emit(session, ApiTokenRevoked(token_id, user_id))


async def revoke_tokens(*, session: AsyncSession, user_id: uuid.UUID) -> None:
    """Revoke all tokens of a user."""
    for token_id in await crud.delete_tokens(session=session, user_id=user_id):
        await emit(session, ApiTokenRevoked(token_id, user_id))


async def note_use(*, session: AutocommitSession, principal: ApiTokenPrincipal) -> None:
    """Store day and address of a use, once for each of them. A failure is logged: it must not stop the request."""
    today, ip = utc_now().date(), request_client()
    use = (principal.token_id, ip)
    if (principal.last_used_on, principal.last_used_ip) == (today, ip) or _noted_uses.get(use) == today:
        return
    if len(_noted_uses) >= _MAX_NOTED:
        del _noted_uses[next(iter(_noted_uses))]  # the oldest
    _noted_uses.pop(use, None)
    _noted_uses[use] = today
    try:
        await crud.note_use(session=session, token_id=principal.token_id, day=today, ip=ip)
    except psycopg.Error as error:
        logger.warning("api_token_use_not_stored", error=type(error).__name__)
