"""Queries and invariants of users.

Functions that return a `Row` return the fields of a public model, which their docstrings name.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import Conflict, Duplicate, FieldError, NotFound
from app.core.http.preconditions import ANY_VERSION, Precondition
from app.core.lists.daily_counts import DailyCounts
from app.core.lists.paged_list import PagedList, WholeList
from app.core.models import columns
from app.users.models import User, UserPublic, UsersFilter, UsersParams, UsersPublic, UsersStats

_USER = Statement(select(*columns(User, UserPublic)).where(User.id == bindparam("user_id")), returns=UserPublic)
_AVATAR_URL = Statement(select(User.avatar_url).where(User.id == bindparam("user_id")))
_CREDENTIALS = Statement(
    select(*[*columns(User, UserPublic), User.hashed_password]).where(User.email == bindparam("email"))
)
_UPGRADE_HASH = Statement(
    update(User)
    .where(col(User.id) == bindparam("user_id"), col(User.hashed_password) == bindparam("outdated"))
    .values(hashed_password=bindparam("upgraded"), version=User.version + 1)
    .returning(col(User.version))
)
_FILTERS: dict[str, Any] = {
    "is_active": col(User.is_active) == bindparam("is_active"),
    "is_superuser": col(User.is_superuser) == bindparam("is_superuser"),
}
_USERS = PagedList(
    select(*columns(User, UserPublic)),
    id_column=User.id,
    sort_keys={
        "created_at": col(User.created_at),
        "email": col(User.email),
        "full_name": func.lower(func.coalesce(User.full_name, "")),
    },
    searched=(User.email, User.full_name),
    filters=_FILTERS,
    returns=UsersPublic,
)
_STATS = DailyCounts(
    User, totals={"active_count": User.is_active, "superuser_count": User.is_superuser}, returns=UsersStats
)

Lock = Callable[..., Awaitable[Sequence[User]]]
"""`lock_users`, or a function that also checks the caller's access under the lock, such as `auth.deps.confirm`."""

_UNKNOWN_ID = "The user with this id does not exist in the system"
_SUPERUSERS_LOCK = 0x75736572  # "user" in ASCII: the key of an advisory lock, unique within the database


def add_filter(name: str, condition: Any) -> None:
    """Add a filter to the list, for a field of `UsersFilter`, whose condition comes from another feature."""
    _FILTERS[name] = condition


async def read_users(*, session: AutocommitSession, params: UsersParams) -> Row[UsersPublic]:
    """Return `UsersPublic`: one page of all users."""
    return await _USERS.page(session, params)


async def read_all_users(*, session: AutocommitSession, params: UsersFilter) -> WholeList:
    return await _USERS.whole(session, params)


async def read_users_stats(*, session: AutocommitSession, days: int) -> Row[UsersStats]:
    """Return `UsersStats`."""
    return await _STATS.read(session, days=days)


async def read_user(*, session: AutocommitSession, user_id: uuid.UUID) -> Row[UserPublic]:
    """Return `UserPublic`. Raises `NotFound`."""
    row = await session.first(_USER, user_id=user_id)
    if row is None:
        raise NotFound("User not found")
    return row


async def read_avatar_url(*, session: AutocommitSession, user_id: uuid.UUID) -> str | None:
    """Return the URL of the user's picture, or None if the picture or the user does not exist."""
    row = await session.first(_AVATAR_URL, user_id=user_id)
    return row["avatar_url"] if row else None


async def read_credentials(*, session: AutocommitSession, email: str) -> tuple[Row[UserPublic], str] | None:
    """Return `UserPublic` and the password's hash. `email` must be normalized (`normalize_email`)."""
    row = await session.first(_CREDENTIALS, email=email)
    return (row, row.pop("hashed_password")) if row else None


async def upgrade_hash(*, session: AutocommitSession, user: Row[UserPublic], outdated: str, upgraded: str) -> None:
    """Replace the outdated hash of an unchanged password, unless a concurrent request has replaced it."""
    if row := await session.first(_UPGRADE_HASH, user_id=user["id"], outdated=outdated, upgraded=upgraded):
        user["version"] = row["version"]


async def read_avatar_urls(*, session: AsyncSession, user_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the URLs of the pictures of those users that have one."""
    statement = select(User.id, User.avatar_url).where(col(User.id).in_(user_ids))
    return {id: url for id, url in (await session.exec(statement)).all() if url}


async def find_user(*, session: AsyncSession, user_id: uuid.UUID, for_update: bool = False) -> User | None:
    return await session.get(User, user_id, with_for_update=for_update or None)


async def get_user(*, session: AsyncSession, user_id: uuid.UUID) -> User:
    """Return the user. Raises `NotFound`."""
    user = await find_user(session=session, user_id=user_id)
    if user is None:
        raise NotFound(_UNKNOWN_ID)
    return user


async def lock_users(
    *, session: AsyncSession, user_ids: Iterable[uuid.UUID], caller_id: uuid.UUID | None = None
) -> Sequence[User]:
    """Return the users that exist, locked in the order of their ids to prevent deadlocks.

    A caller who is not among them is locked, too, but only against changes: a superuser's writes to different users do
    not wait for each other, also while the disk is slow.
    """
    changed, locked = set(user_ids), list[User]()
    everybody = sorted(changed | {caller_id} if caller_id else changed)
    for is_changed, ids in groupby(everybody, key=changed.__contains__):
        users = select(User).where(col(User.id).in_(list(ids))).order_by(col(User.id))
        statement = users.with_for_update(read=not is_changed).execution_options(populate_existing=True)
        locked += (await session.exec(statement)).all()
    return locked


async def lock_user(*, session: AsyncSession, user_id: uuid.UUID, lock: Lock = lock_users) -> User:
    """Return the user, locked. Raises `NotFound`, and the errors of `lock`."""
    users = await lock(session=session, user_ids=[user_id])
    if not users:
        raise NotFound("User not found")
    return users[0]


async def get_user_by_email(*, session: AsyncSession, email: str) -> User | None:
    """Return the user with this address, which must be normalized (`normalize_email`)."""
    return (await session.exec(select(User).where(User.email == email))).first()


async def create_user(*, session: AsyncSession, user: User) -> User:
    """Add a user. Raises `Duplicate` if the address is taken, also by a concurrent sign-up."""
    session.add(user)
    await _flush_unique_email(session, "The user with this email already exists in the system")
    return user


async def get_user_to_update(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    changes: dict[str, Any],
    if_match: Precondition = ANY_VERSION,
    lock: Lock = lock_users,
) -> User:
    """Return the user, locked.

    Raises `NotFound`, `PreconditionFailed`, `Conflict` for the last active superuser, and the errors of `lock`.
    """
    removes_superuser = changes.get("is_superuser") is False or changes.get("is_active") is False
    if removes_superuser:
        await lock_superusers(session=session)
    users = await lock(session=session, user_ids=[user_id])
    if not users:
        raise NotFound(_UNKNOWN_ID)
    [user] = users
    if_match.check(user.version)
    if removes_superuser:
        await _require_other_superuser(session, user)
    return user


async def update_user(*, session: AsyncSession, user: User, changes: dict[str, Any]) -> User:
    """Change a user. Raises `Duplicate` for a taken address. A change of a role needs `get_user_to_update` first."""
    user.sqlmodel_update(changes)
    await _flush_unique_email(session, "User with this email already exists")
    return user


async def delete_user(
    *, session: AsyncSession, user_id: uuid.UUID, if_match: Precondition = ANY_VERSION, lock: Lock = lock_users
) -> User:
    """Delete a user, and return them.

    Raises `NotFound`, `PreconditionFailed`, `Conflict` for the last active superuser, and the errors of `lock`.
    """
    await lock_superusers(session=session)
    user = await lock_user(session=session, user_id=user_id, lock=lock)
    if_match.check(user.version)
    await _delete(session, [user])
    return user


async def delete_users(*, session: AsyncSession, user_ids: list[uuid.UUID], lock: Lock = lock_users) -> Sequence[User]:
    """Delete the users that exist, and return them.

    Raises `Conflict` if no active superuser would remain, and the errors of `lock`.
    """
    await lock_superusers(session=session)
    users = await lock(session=session, user_ids=user_ids)
    await _delete(session, users)
    return users


async def has_superuser(*, session: AsyncSession) -> bool:
    """Return whether there is a superuser, active or not."""
    return (await session.exec(select(User.id).where(User.is_superuser).limit(1))).first() is not None


async def _delete(session: AsyncSession, users: Sequence[User]) -> None:
    """Delete users. Foreign keys with ON DELETE CASCADE delete everything that they own."""
    await _require_other_superuser(session, *users)
    await session.exec(delete(User).where(col(User.id).in_([user.id for user in users])))


async def lock_superusers(*, session: AsyncSession) -> None:
    """Serialize transactions that remove a superuser or create the first one.

    Two concurrent ones cannot remove the last two, or create two.

    Take this lock before any row lock, to prevent deadlocks.
    """
    await session.exec(select(func.pg_advisory_xact_lock(_SUPERUSERS_LOCK)))


async def _flush_unique_email(session: AsyncSession, message: str) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if "uq_users_email" not in str(error.orig):
            raise
        raise Duplicate(message, errors=[FieldError(code="duplicate", message=message, field="email")]) from None


async def _require_other_superuser(session: AsyncSession, *removed: User) -> None:
    """Raise `Conflict` if the removed users include the last active superuser."""
    if not any(user.is_superuser and user.is_active for user in removed):
        return
    ids = [user.id for user in removed]
    others = select(User.id).where(User.is_superuser, User.is_active, col(User.id).not_in(ids))
    if (await session.exec(others.limit(1))).first() is None:
        raise Conflict("This is the last active superuser. Make another user a superuser first.")
