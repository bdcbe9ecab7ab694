"""Queries for secrets of apps and recovery codes. The user is locked where something changes."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import hash_token
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.totp.codes import normalize_recovery_code
from app.totp.models import RecoveryCode, TotpSecret, TotpStatus
from app.users.models import User

IS_ON = (
    select(TotpSecret.user_id)
    .where(TotpSecret.user_id == User.id, col(TotpSecret.confirmed_at).is_not(None))
    .correlate(User)
    .exists()
)
"""A condition on `User`."""
HAS_RECOVERY_CODES = select(RecoveryCode.user_id).where(RecoveryCode.user_id == User.id).correlate(User).exists()

_left = (
    select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == User.id).correlate(User)
).scalar_subquery()
_columns: list[Any] = [col(TotpSecret.confirmed_at), _left.label("recovery_codes_left")]
_STATUS: Statement[TotpStatus] = Statement(
    select(*_columns)
    .select_from(User)
    .outerjoin(TotpSecret, col(TotpSecret.user_id) == User.id)
    .where(User.id == bindparam("user_id")),
    returns=TotpStatus,
)


async def read_status(*, session: AutocommitSession, user_id: uuid.UUID) -> Row[TotpStatus]:
    """Return `TotpStatus` of a user who exists."""
    return await session.first(_STATUS, user_id=user_id) or Row(confirmed_at=None, recovery_codes_left=0)


async def find_secret(*, session: AsyncSession, user_id: uuid.UUID) -> TotpSecret | None:
    return await session.get(TotpSecret, user_id, populate_existing=True)


async def store_unconfirmed(*, session: AsyncSession, user_id: uuid.UUID, encrypted: bytes) -> bool:
    """Store a secret, instead of an unconfirmed one. Return False, and change nothing, if one is confirmed."""
    values = {"encrypted_secret": encrypted, "created_at": utc_now(), "last_counter": 0}
    statement = insert(TotpSecret).values(user_id=user_id, **values)
    replaced = statement.on_conflict_do_update(
        index_elements=["user_id"], set_=values, where=col(TotpSecret.confirmed_at).is_(None)
    )
    return (await session.exec(replaced.returning(col(TotpSecret.user_id)))).first() is not None


async def use_counter(*, session: AsyncSession, user_id: uuid.UUID, counter: int, confirm: bool = False) -> bool:
    """Store the time step of a code. Return False if this code or a later one was used before.

    With `confirm`, the code confirms a secret that is not confirmed yet.
    """
    confirmed_at, values = col(TotpSecret.confirmed_at), {"last_counter": counter}
    statement = update(TotpSecret).where(
        col(TotpSecret.user_id) == user_id,
        col(TotpSecret.last_counter) < counter,
        confirmed_at.is_(None) if confirm else confirmed_at.is_not(None),
    )
    used = statement.values(**values, **({"confirmed_at": utc_now()} if confirm else {}))
    return (await session.exec(used.returning(col(TotpSecret.user_id)))).first() is not None


async def delete_secret(*, session: AsyncSession, user_id: uuid.UUID, since: datetime | None = None) -> bool:
    """Delete the secret and the recovery codes, if the app was confirmed `since` a time, if one is given.

    Return whether the user had a confirmed secret.
    """
    statement = delete(TotpSecret).where(col(TotpSecret.user_id) == user_id)
    if since is not None:
        statement = statement.where(col(TotpSecret.confirmed_at) >= since)
    deleted = (await session.exec(statement.returning(col(TotpSecret.confirmed_at)))).all()
    if deleted:
        await session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    return any(confirmed_at for (confirmed_at,) in deleted)


async def delete_unconfirmed(*, session: AsyncSession, before: datetime) -> None:
    unconfirmed = col(TotpSecret.confirmed_at).is_(None)
    await session.exec(delete(TotpSecret).where(unconfirmed, col(TotpSecret.created_at) < before))


async def replace_recovery_codes(*, session: AsyncSession, user_id: uuid.UUID, codes: Sequence[str]) -> None:
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in codes)
    await session.flush()


async def use_recovery_code(*, session: AsyncSession, user_id: uuid.UUID, code: str) -> bool:
    """Return whether the code was one of the user. Of two concurrent requests only one gets True."""
    statement = delete(RecoveryCode).where(
        col(RecoveryCode.user_id) == user_id, col(RecoveryCode.code_hash) == _hash(code)
    )
    return (await session.exec(statement.returning(col(RecoveryCode.user_id)))).first() is not None


async def count_recovery_codes(*, session: AsyncSession, user_id: uuid.UUID) -> int:
    statement = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
    return (await session.exec(statement)).one()


def _hash(code: str) -> bytes:
    return hash_token(normalize_recovery_code(code))
