"""Queries for passkeys."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import hash_token
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row
from app.core.errors import NotFound
from app.core.lists.paged_list import PagedList
from app.passkeys.models import Passkey, PasskeysParams, PasskeysPublic, PasskeyUpdate, PasskeyUse, UsedPasskeyChallenge
from app.users.models import User

_columns: list[Any] = [
    *(col(getattr(Passkey, name)) for name in ("id", "name", "is_backed_up", "created_at")),
    col(PasskeyUse.last_used_at),
]
_PASSKEYS = PagedList(
    select(*_columns).select_from(Passkey).join(PasskeyUse, col(PasskeyUse.id) == Passkey.id),
    id_column=Passkey.id,
    sort_keys={"created_at": None},
    scope={"user_id": col(Passkey.user_id) == bindparam("user_id")},
    searched=(Passkey.name,),
    returns=PasskeysPublic,
)


def has_passkey() -> ColumnElement[bool]:
    """Return the condition on `User` that they have a passkey."""
    return exists(select(Passkey.id).where(col(Passkey.user_id) == User.id))


async def read_passkeys(
    *, session: AutocommitSession, params: PasskeysParams, user_id: uuid.UUID
) -> Row[PasskeysPublic]:
    """Return `PasskeysPublic`: one page of the user's passkeys."""
    return await _PASSKEYS.page(session, params, user_id=user_id)


async def passkeys_of(*, session: AsyncSession, user_id: uuid.UUID) -> Sequence[Passkey]:
    """Return all passkeys of a user, at most `service.MAX_PASSKEYS`."""
    statement = select(Passkey).where(Passkey.user_id == user_id).order_by(col(Passkey.id))
    return (await session.exec(statement)).all()


async def find_owner(*, session: AsyncSession, credential_id: str) -> uuid.UUID | None:
    """Return the id of the user who has this passkey, or None."""
    statement = select(Passkey.user_id).where(Passkey.credential_id == credential_id)
    return (await session.exec(statement)).first()


async def find_passkey(
    *, session: AsyncSession, user_id: uuid.UUID, credential_id: str
) -> tuple[Passkey, PasskeyUse] | None:
    """Return a passkey of the user and its last use, or None. The user is locked, so it stays as it is."""
    statement = (
        select(Passkey, PasskeyUse)
        .join(PasskeyUse, col(PasskeyUse.id) == Passkey.id)
        .where(Passkey.user_id == user_id, Passkey.credential_id == credential_id)
    )
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def create_passkey(*, session: AsyncSession, passkey: Passkey, sign_count: int) -> None:
    """Store a passkey. Raises `Duplicate` if any user has it."""
    session.add(passkey)
    await session.flush()
    session.add(PasskeyUse(id=passkey.id, sign_count=sign_count))
    await session.flush()


async def update_passkey(
    *, session: AsyncSession, user_id: uuid.UUID, passkey_id: uuid.UUID, changes: PasskeyUpdate
) -> None:
    """Raises `NotFound`, also for a passkey of another user."""
    passkey = await session.get(Passkey, passkey_id, with_for_update=True)
    if passkey is None or passkey.user_id != user_id:
        raise NotFound("Passkey not found")
    passkey.sqlmodel_update(changes.model_dump(exclude_unset=True))
    await session.flush()


async def delete_passkey(*, session: AsyncSession, user_id: uuid.UUID, passkey_id: uuid.UUID) -> str:
    """Delete a passkey, and return its name. Raises `NotFound`, also for a passkey of another user."""
    statement = delete(Passkey).where(col(Passkey.id) == passkey_id, col(Passkey.user_id) == user_id)
    name: str | None = (await session.exec(statement.returning(col(Passkey.name)))).scalar_one_or_none()
    if name is None:
        raise NotFound("Passkey not found")
    return name


async def delete_passkeys(*, session: AsyncSession, user_id: uuid.UUID, since: datetime | None = None) -> bool:
    """Delete the user's passkeys, those created since a time if one is given. Return whether there were any."""
    statement = delete(Passkey).where(col(Passkey.user_id) == user_id)
    if since is not None:
        statement = statement.where(col(Passkey.created_at) >= since)
    return (await session.exec(statement.returning(col(Passkey.id)))).first() is not None


async def use_challenge(*, session: AsyncSession, token: str, expires_at: datetime) -> bool:
    """Mark a challenge as answered, and return whether this is its first answer, also of concurrent ones."""
    values = {"token_hash": hash_token(token), "expires_at": expires_at}
    statement = insert(UsedPasskeyChallenge).values(values).on_conflict_do_nothing()
    return (await session.exec(statement.returning(col(UsedPasskeyChallenge.token_hash)))).first() is not None


async def delete_expired_challenges(*, session: AsyncSession) -> None:
    await session.exec(delete(UsedPasskeyChallenge).where(col(UsedPasskeyChallenge.expires_at) <= utc_now()))
