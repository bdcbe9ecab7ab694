"""Queries for API tokens."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Date, String, bindparam, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import hash_token
from app.auth.recent_writes import HAS_JUST_WRITTEN
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import NotFound
from app.core.lists.paged_list import PagedList
from app.core.models import columns
from app.tokens.models import (
    ApiToken,
    ApiTokenPrincipal,
    ApiTokensParams,
    ApiTokensPublic,
    ApiTokenUse,
)
from app.users.models import User, UserPublic

_IS_VALID = (col(ApiToken.expires_at) > bindparam("now"), col(User.is_active))
_PRINCIPAL: Statement[Any] = Statement(
    select(
        *[
            *columns(User, UserPublic),
            col(ApiToken.id).label("token_id"),
            col(ApiToken.scopes).label("granted"),
            col(ApiTokenUse.last_used_on),
            col(ApiTokenUse.last_used_ip),
            HAS_JUST_WRITTEN.label("has_just_written"),
        ]
    )
    .join(ApiToken, col(ApiToken.user_id) == User.id)
    .outerjoin(ApiTokenUse, col(ApiTokenUse.token_id) == ApiToken.id)
    .where(ApiToken.token_hash == bindparam("token_hash"), *_IS_VALID),
    lane="session",
)
_ACCESS: Statement[Any] = Statement(
    select(User.is_superuser)
    .join(ApiToken, col(ApiToken.user_id) == User.id)
    .where(ApiToken.id == bindparam("token_id"), *_IS_VALID),
    lane="session",
)
_USE = {
    "last_used_on": bindparam("last_used_on", type_=Date),
    "last_used_ip": bindparam("last_used_ip", type_=String),
}
_NOTE_USE: Statement[Any] = Statement(
    insert(ApiTokenUse)
    # Not just the values: the token can have been revoked.
    .from_select(
        ["token_id", *_USE],
        select(ApiToken.id, *_USE.values()).where(ApiToken.id == bindparam("token_id")),
    )
    .on_conflict_do_update(index_elements=["token_id"], set_=_USE),
    lane="session",
)
_columns: list[Any] = [
    *(col(getattr(ApiToken, name)) for name in ("id", "name", "scopes", "hint", "created_at", "expires_at")),
    col(ApiTokenUse.last_used_on),
    col(ApiTokenUse.last_used_ip),
]
_TOKENS = PagedList(
    select(*_columns).select_from(ApiToken).outerjoin(ApiTokenUse, col(ApiTokenUse.token_id) == ApiToken.id),
    id_column=ApiToken.id,
    sort_keys={"created_at": None},
    scope={"user_id": col(ApiToken.user_id) == bindparam("user_id")},
    searched=(ApiToken.name,),
    returns=ApiTokensPublic,
)
_as_principal = TypeAdapter(ApiTokenPrincipal).validate_python


async def get_principal(*, session: AutocommitSession, token: str) -> ApiTokenPrincipal | None:
    """Return who a token's requests are from. None if it has expired or does not exist, or the user is inactive."""
    row = await session.first(_PRINCIPAL, token_hash=hash_token(token), now=utc_now())
    return _as_principal(row) if row else None


async def note_use(*, session: AutocommitSession, token_id: uuid.UUID, day: date, ip: str | None) -> None:
    await session.records(_NOTE_USE, {"token_id": token_id, "last_used_on": day, "last_used_ip": ip})


async def get_access(*, session: AutocommitSession, token_id: uuid.UUID) -> Row | None:
    """Return the current `is_superuser` of a token's user, or None if the token is no longer valid."""
    return await session.first(_ACCESS, token_id=token_id, now=utc_now())


async def lock_access(*, session: AsyncSession, token_id: uuid.UUID) -> bool | None:
    """Return the same. The token cannot be revoked before the commit. Lock its user first, as with sessions."""
    statement = (
        select(User.is_superuser)
        .join(ApiToken, col(ApiToken.user_id) == User.id)
        .where(ApiToken.id == token_id, ApiToken.expires_at > utc_now(), User.is_active)
    )
    return (await session.exec(statement.with_for_update(read=True, of=ApiToken))).first()


async def read_tokens(
    *, session: AutocommitSession, params: ApiTokensParams, user_id: uuid.UUID
) -> Row[ApiTokensPublic]:
    """Return `ApiTokensPublic`: one page of the user's tokens."""
    return await _TOKENS.page(session, params, user_id=user_id)


async def count_valid_tokens(*, session: AsyncSession, user_id: uuid.UUID) -> int:
    """Return the number of tokens that have not expired. The user is locked, so that it stays right."""
    statement = select(func.count()).where(ApiToken.user_id == user_id, ApiToken.expires_at > utc_now())
    return (await session.exec(statement)).one()


async def create_token(*, session: AsyncSession, api_token: ApiToken) -> None:
    session.add(api_token)
    await session.flush()


async def delete_token(*, session: AsyncSession, user_id: uuid.UUID, token_id: uuid.UUID) -> None:
    """Raises `NotFound`, also for a token of another user."""
    statement = delete(ApiToken).where(col(ApiToken.id) == token_id, col(ApiToken.user_id) == user_id)
    if (await session.exec(statement.returning(col(ApiToken.id)))).first() is None:
        raise NotFound("API token not found")


async def delete_tokens(*, session: AsyncSession, user_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Delete the tokens of a user, and return their ids."""
    statement = delete(ApiToken).where(col(ApiToken.user_id) == user_id)
    return (await session.exec(statement.returning(col(ApiToken.id)))).scalars().all()


async def delete_all_tokens(*, session: AsyncSession) -> None:
    await session.exec(delete(ApiToken))


async def delete_expired_tokens(*, session: AsyncSession, before: datetime) -> None:
    await session.exec(delete(ApiToken).where(col(ApiToken.expires_at) < before))
