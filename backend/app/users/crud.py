"""Queries and invariants of users."""

import uuid
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import Conflict, Duplicate, FieldError, NotFound
from app.core.models import columns
from app.core.pagination import contains, paginate
from app.users.models import User, UserPublic, UsersParams

_SORT_KEYS = {
    "created_at": None,
    "email": col(User.email),
    "full_name": func.lower(func.coalesce(User.full_name, "")),
}


async def read_users(*, session: AsyncSession, params: UsersParams) -> dict[str, Any]:
    """One page of `UsersPublic`."""
    statement = select(*columns(User, UserPublic))
    if params.q:
        statement = statement.where(contains(params.q, User.email, User.full_name))
    return await paginate(session, statement, params, sort_keys=_SORT_KEYS, id_column=User.id)


async def get_user(*, session: AsyncSession, user_id: uuid.UUID, for_update: bool = False) -> User:
    """Raises `NotFound`."""
    user = await session.get(User, user_id, with_for_update=for_update or None)
    if user is None:
        raise NotFound("User not found")
    return user


async def get_user_by_email(*, session: AsyncSession, email: str) -> User | None:
    """`email` in the form of `normalize_email`."""
    return (await session.exec(select(User).where(User.email == email))).first()


async def create_user(*, session: AsyncSession, user: User) -> User:
    """Raises `Duplicate` when the address is taken, also by a sign-up of the same moment."""
    session.add(user)
    await _flush_unique_email(session)
    return user


async def update_user(*, session: AsyncSession, user: User, changes: dict[str, Any]) -> User:
    """Raises `Duplicate` for a taken address, `Conflict` for the last active superuser."""
    stays_superuser = changes.get("is_superuser", True) and changes.get("is_active", True)
    if user.is_superuser and user.is_active and not stays_superuser:
        await _keep_a_superuser(session, user)
    user.sqlmodel_update(changes)
    await _flush_unique_email(session)
    return user


async def delete_user(*, session: AsyncSession, user: User) -> None:
    """Raises `Conflict` for the last active superuser. What the user owns goes with him."""
    if user.is_superuser and user.is_active:
        await _keep_a_superuser(session, user)
    await session.delete(user)
    await session.flush()


async def _flush_unique_email(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if "uq_users_email" not in str(error.orig):
            raise
        message = "The user with this email already exists in the system"
        raise Duplicate(message, errors=[FieldError(code="duplicate", message=message, field="email")]) from None


async def _keep_a_superuser(session: AsyncSession, user: User) -> None:
    """Locks all active superusers: of two requests that would remove the last two, one waits."""
    active = select(User.id).where(User.is_superuser, User.is_active).order_by(col(User.id))
    superusers = (await session.exec(active.with_for_update())).all()
    if not any(superuser_id != user.id for superuser_id in superusers):
        raise Conflict("This is the last active superuser. Appoint another one first.")
