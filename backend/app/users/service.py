"""Use cases over users: hashing, the rules of passwords, and what others must hear of."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import BadRequest
from app.core.events import announce
from app.core.passwords import hash_password, verify_password
from app.core.preconditions import ANY_VERSION, Precondition
from app.users import crud
from app.users.events import CredentialsChanged, UserCreated
from app.users.models import (
    UpdatePassword,
    User,
    UserCreate,
    UserRegister,
    UserUpdate,
    UserUpdateMe,
)
from app.users.passwords import refuse_weak_password


async def create_user(*, session: AsyncSession, body: UserCreate | UserRegister, by_superuser: bool) -> User:
    """Raises `Duplicate`, or `Invalid` for a weak password."""
    hashed_password = await hash_new_password(
        session=session, password=body.password, email=body.email, field="password"
    )
    user = User.model_validate(body, update={"hashed_password": hashed_password})
    await crud.create_user(session=session, user=user)
    await announce(session, UserCreated(user.id, user.email, user.full_name, by_superuser))
    return user


async def update_user(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    body: UserUpdate | UserUpdateMe,
    kept_session_id: uuid.UUID | None = None,
    if_match: Precondition = ANY_VERSION,
) -> User:
    """Changes the given fields. A new password or address, or deactivation, ends the user's
    sessions but the kept one. Raises `PreconditionFailed`, and what `crud.update_user` raises.
    """
    changes = body.model_dump(exclude_unset=True)
    password = changes.pop("password", None)
    if password is not None:
        user = await crud.get_user(session=session, user_id=user_id)
        changes["hashed_password"] = await hash_new_password(
            session=session,
            password=password,
            email=changes.get("email", user.email),
            field="password",
        )

    if crud.takes_superuser(changes):
        await crud.lock_superusers(session=session)
    user = await crud.get_user(session=session, user_id=user_id, for_update=True)
    if_match.check(user.version)
    email_before = user.email
    await crud.update_user(session=session, user=user, changes=changes)
    if password is not None or user.email != email_before or changes.get("is_active") is False:
        await announce(session, CredentialsChanged(user.id, kept_session_id))
    return user


async def change_own_password(
    *, session: AsyncSession, user_id: uuid.UUID, session_id: uuid.UUID, body: UpdatePassword
) -> None:
    """Raises `BadRequest`. The session that asks goes on, the user's others end."""
    user = await crud.get_user(session=session, user_id=user_id)
    old_hash, email = user.hashed_password, user.email
    await session.rollback()  # no connection is held while hashing
    valid, _ = await verify_password(body.current_password, old_hash)
    if not valid:
        raise BadRequest("Incorrect password")
    if body.current_password == body.new_password:
        raise BadRequest("New password cannot be the same as the current one")
    hashed_password = await hash_new_password(
        session=session, password=body.new_password, email=email, field="new_password"
    )
    user = await crud.get_user(session=session, user_id=user_id, for_update=True)
    await set_password_hash(session=session, user=user, hashed_password=hashed_password, kept_session_id=session_id)


async def hash_new_password(*, session: AsyncSession, password: str, email: str, field: str) -> str:
    """Raises `Invalid`. No connection is held while hashing: the session is rolled back first, which expires what it
    has loaded.
    """
    refuse_weak_password(password, email=email, field=field)
    await session.rollback()
    return await hash_password(password)


async def set_password_hash(
    *, session: AsyncSession, user: User, hashed_password: str, kept_session_id: uuid.UUID | None = None
) -> None:
    await crud.update_user(session=session, user=user, changes={"hashed_password": hashed_password})
    await announce(session, CredentialsChanged(user.id, kept_session_id))
