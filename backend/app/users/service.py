"""Use cases of users: password rules and hashing, pictures, and events for other features."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import storage
from app.core.database.session import transaction
from app.core.database.statements import AutocommitSession
from app.core.errors import AppError, BadRequest, NotFound
from app.core.events import emit
from app.core.http.preconditions import ANY_VERSION, Precondition
from app.core.jobs import defer
from app.core.security.passwords import hash_password, verify_password
from app.users import avatars, crud
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
    """Create a user. Raises `Duplicate`, or `Invalid` for a weak password."""
    hashed_password = await hash_new_password(
        session=session, password=body.password, email=body.email, field="password"
    )
    user = User.model_validate(body, update={"hashed_password": hashed_password})
    await crud.create_user(session=session, user=user)
    await emit(session, UserCreated(user.id, user.email, user.full_name, by_superuser))
    return user


async def update_user(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    body: UserUpdate | UserUpdateMe,
    kept_session_id: uuid.UUID | None = None,
    if_match: Precondition = ANY_VERSION,
) -> User:
    """Change the given fields. Raises the errors of `crud.get_user_to_update` and `crud.update_user`.

    A new password or address, or deactivation, ends all of the user's sessions except the kept one.
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

    user = await crud.get_user_to_update(session=session, user_id=user_id, changes=changes, if_match=if_match)
    email_before = user.email
    await crud.update_user(session=session, user=user, changes=changes)
    if password is not None or user.email != email_before or changes.get("is_active") is False:
        await emit(session, CredentialsChanged(user.id, kept_session_id))
    return user


async def change_own_password(
    *, session: AsyncSession, user_id: uuid.UUID, session_id: uuid.UUID, body: UpdatePassword
) -> None:
    """Change the password and end the user's other sessions. Raises `BadRequest`, or `Invalid` for a weak password."""
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
    """Check and hash a password. Raises `Invalid` for a weak one.

    Rolls back the session first, so that it holds no connection while hashing. This expires all loaded objects.
    """
    refuse_weak_password(password, email=email, field=field)
    await session.rollback()
    return await hash_password(password)


async def set_password_hash(
    *, session: AsyncSession, user: User, hashed_password: str, kept_session_id: uuid.UUID | None = None
) -> None:
    await crud.update_user(session=session, user=user, changes={"hashed_password": hashed_password})
    await emit(session, CredentialsChanged(user.id, kept_session_id))


async def delete_users(*, session: AsyncSession, user_ids: list[uuid.UUID]) -> int:
    """Delete users with their pictures, and return their number. Raises the errors of `crud.delete_users`."""
    users = await crud.delete_users(session=session, user_ids=user_ids)
    for user in users:
        _discard_avatar(session, user)
    return len(users)


async def delete_user(*, session: AsyncSession, user_id: uuid.UUID, if_match: Precondition = ANY_VERSION) -> None:
    """Delete a user with their picture. Raises the errors of `crud.delete_user`."""
    _discard_avatar(session, await crud.delete_user(session=session, user_id=user_id, if_match=if_match))


async def read_avatar(*, session: AutocommitSession, user_id: uuid.UUID) -> tuple[bytes, str]:
    """Return the picture and its version. Raises `NotFound`."""
    url = await crud.read_avatar_url(session=session, user_id=user_id)
    picture = await storage.get(avatars.key(user_id, url)) if url else None
    if url is None or picture is None:
        raise NotFound("This user has no picture")
    return picture, avatars.version(url)


async def update_avatar(*, user_id: uuid.UUID, upload: bytes) -> User:
    """Store a new picture. Raises `Invalid` or `Unavailable`, both without any change.

    Opens its own transaction after rendering and storing the picture, so that it holds no connection until then.
    """
    picture = await avatars.render(upload)
    url = avatars.new_url(user_id)
    key = avatars.key(user_id, url)
    await storage.put(key, picture)
    try:
        async with transaction() as session:
            return await set_avatar_url(session=session, user_id=user_id, url=url)
    except AppError:  # after any other error it is unknown whether the commit succeeded and the picture is in use
        await storage.delete(key=key)
        raise


async def set_avatar_url(*, session: AsyncSession, user_id: uuid.UUID, url: str | None) -> User:
    user = await crud.get_user(session=session, user_id=user_id, for_update=True)
    _discard_avatar(session, user)
    return await crud.update_user(session=session, user=user, changes={"avatar_url": url})


def _discard_avatar(session: AsyncSession, user: User) -> None:
    """Delete the stored picture after the commit, when it is certain that nothing refers to it."""
    if user.avatar_url:
        defer(session, storage.delete, key=avatars.key(user.id, user.avatar_url))
