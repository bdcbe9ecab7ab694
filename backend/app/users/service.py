"""Use cases of users: password rules and hashing, pictures, and events for other features."""

import uuid
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import storage
from app.core.database.session import transaction
from app.core.database.statements import AutocommitSession
from app.core.errors import AppError, BadRequest, FieldError, Invalid, NotFound
from app.core.events import emit
from app.core.http.preconditions import ANY_VERSION, Precondition
from app.core.jobs import enqueue
from app.core.limits.failures import begin_attempt, own_password, succeeded
from app.core.security.passwords import hash_password, is_same_password, verify_password
from app.users import avatars, crud, jobs
from app.users.crud import Lock
from app.users.events import ChangedBy, CredentialsChanged, EmailChanged, PasswordChanged, UserCreated
from app.users.models import (
    UpdatePassword,
    User,
    UserCreate,
    UserRegister,
    UserUpdate,
    UserUpdateMe,
)
from app.users.passwords import refuse_weak_password


class SignedIn(Protocol):
    """The caller, such as `auth.Principal`."""

    id: uuid.UUID
    email: str

    @property
    def session_id(self) -> uuid.UUID | None: ...


async def create_user(
    *, session: AsyncSession, body: UserCreate | UserRegister, by_superuser: bool, lock: Lock = crud.lock_users
) -> User:
    """Create a user. Raises `Duplicate`, `Invalid` for a weak password, and the errors of `lock`."""
    hashed_password = await hash_new_password(
        session=session, password=body.password, email=body.email, field="password"
    )
    await lock(session=session, user_ids=[])
    user = User.model_validate(body, update={"hashed_password": hashed_password})
    return await add_user(session=session, user=user, by_superuser=by_superuser)


async def add_user(*, session: AsyncSession, user: User, by_superuser: bool) -> User:
    """Store a user, and announce them. Raises `Duplicate`."""
    await crud.create_user(session=session, user=user)
    await emit(session, UserCreated(user.id, user.email, user.full_name, by_superuser))
    return user


async def update_user(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    body: UserUpdate,
    if_match: Precondition = ANY_VERSION,
    lock: Lock = crud.lock_users,
) -> User:
    """Change the given fields. Raises the errors of `crud.get_user_to_update` and `crud.update_user`.

    A new password or address, or deactivation, ends all of the user's sessions.
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

    user = await crud.get_user_to_update(
        session=session, user_id=user_id, changes=changes, if_match=if_match, lock=lock
    )
    return await _change(session, user, changes, "superuser")


async def update_own_account(
    *,
    session: AsyncSession,
    current_user: SignedIn,
    body: UserUpdateMe,
    if_match: Precondition,
    lock: Lock,
) -> User:
    """Change the given fields. Raises `Invalid` for another address, and the errors of `update_user`."""
    changes = body.model_dump(exclude_unset=True)
    user = await crud.get_user_to_update(
        session=session, user_id=current_user.id, changes=changes, if_match=if_match, lock=lock
    )
    if changes.get("email", user.email) != user.email:
        message = "Another address has to be confirmed. Request the change with POST /users/me/email."
        raise Invalid("email", message, code="confirmation_required")
    return await crud.update_user(session=session, user=user, changes=changes)


async def change_email(
    *,
    session: AsyncSession,
    user: User,
    email: str,
    by: ChangedBy,
    kept_session_id: uuid.UUID | None = None,
) -> None:
    """Change the address of a locked user. Raises `Duplicate`."""
    await _change(session, user, {"email": email}, by, kept_session_id)


async def change_own_password(
    *, session: AsyncSession, current_user: SignedIn, body: UpdatePassword, lock: Lock
) -> None:
    """Change the password and end the user's other sessions.

    Raises `BadRequest`, `Invalid` for a weak password, and the errors of `lock`.
    """
    verified_hash = await _verify_own_password(session, current_user.id, body.current_password)
    if is_same_password(body.current_password, body.new_password):
        raise BadRequest("New password cannot be the same as the current one")
    hashed_password = await hash_new_password(
        session=session, password=body.new_password, email=current_user.email, field="new_password"
    )
    user = await crud.lock_user(session=session, user_id=current_user.id, lock=lock)
    if user.hashed_password != verified_hash:
        raise _wrong_password()
    await set_password_hash(
        session=session,
        user=user,
        hashed_password=hashed_password,
        by="user",
        kept_session_id=current_user.session_id,
    )


async def _verify_own_password(session: AsyncSession, user_id: uuid.UUID, password: str) -> str:
    """Return the hash that the password matches. Compare the hash again under the lock.

    Raises `BadRequest`, or `TooManyRequests` after too many wrong passwords.
    """
    stored = (await crud.get_user(session=session, user_id=user_id)).hashed_password
    await session.rollback()  # no connection is held while hashing
    attempts = own_password(user_id)
    await begin_attempt(attempts)
    valid, _ = await verify_password(password, stored)
    if not valid:
        raise _wrong_password()
    await succeeded(attempts)
    return stored


def _wrong_password() -> BadRequest:
    message = "Incorrect password"
    return BadRequest(message, errors=[FieldError(code="incorrect", message=message, field="current_password")])


async def _change(
    session: AsyncSession,
    user: User,
    changes: dict[str, Any],
    by: ChangedBy,
    kept_session_id: uuid.UUID | None = None,
) -> User:
    """Change a locked user, and announce what ends sessions or is mailed to them."""
    email_before = user.email
    await crud.update_user(session=session, user=user, changes=changes)
    has_new_email, has_new_password = user.email != email_before, "hashed_password" in changes
    if has_new_email:
        await emit(session, EmailChanged(user.id, email_before, by))
    if has_new_password:
        await emit(session, PasswordChanged(user.id, email_before, by))
    if has_new_email or has_new_password or changes.get("is_active") is False:
        await emit(session, CredentialsChanged(user.id, kept_session_id))
    return user


async def hash_new_password(*, session: AsyncSession, password: str, email: str, field: str) -> str:
    """Check and hash a password. Raises `Invalid` for a weak one.

    Rolls back the session first, so that it holds no connection while hashing. This expires all loaded objects.
    """
    refuse_weak_password(password, email=email, field=field)
    await session.rollback()
    return await hash_password(password)


async def set_password_hash(
    *,
    session: AsyncSession,
    user: User,
    hashed_password: str,
    by: ChangedBy,
    kept_session_id: uuid.UUID | None = None,
) -> None:
    """Change the password of a locked user."""
    await _change(session, user, {"hashed_password": hashed_password}, by, kept_session_id)


async def delete_users(*, session: AsyncSession, user_ids: list[uuid.UUID], lock: Lock = crud.lock_users) -> int:
    """Delete users with their pictures, and return their number. Raises the errors of `crud.delete_users`."""
    users = await crud.delete_users(session=session, user_ids=user_ids, lock=lock)
    for user in users:
        await _discard_avatar(session, user)
    return len(users)


async def delete_user(
    *, session: AsyncSession, user_id: uuid.UUID, if_match: Precondition = ANY_VERSION, lock: Lock = crud.lock_users
) -> None:
    """Delete a user with their picture. Raises the errors of `crud.delete_user`."""
    user = await crud.delete_user(session=session, user_id=user_id, if_match=if_match, lock=lock)
    await _discard_avatar(session, user)


async def read_avatar(*, session: AutocommitSession, user_id: uuid.UUID) -> tuple[bytes, str]:
    """Return the picture and its version. Raises `NotFound`."""
    url = await crud.read_avatar_url(session=session, user_id=user_id)
    picture = await storage.get(avatars.key(user_id, url)) if url else None
    if url is None or picture is None:
        raise NotFound("This user has no picture")
    return picture, avatars.version(url)


async def update_avatar(*, user_id: uuid.UUID, upload: bytes, lock: Lock) -> User:
    """Store a new picture. Raises `Invalid`, `Unavailable` and the errors of `lock`, all without any change.

    Opens its own transaction after rendering and storing the picture, so that it holds no connection until then.
    """
    picture = await avatars.render(upload)
    url = avatars.new_url(user_id)
    key = avatars.key(user_id, url)
    await storage.put(key, picture)
    try:
        async with transaction() as session:
            return await set_avatar_url(session=session, user_id=user_id, url=url, lock=lock)
    except AppError:  # after any other error it is unknown whether the commit succeeded and the picture is in use
        await storage.delete(key=key)
        raise


async def set_avatar_url(*, session: AsyncSession, user_id: uuid.UUID, url: str | None, lock: Lock) -> User:
    user = await crud.lock_user(session=session, user_id=user_id, lock=lock)
    await _discard_avatar(session, user)
    return await crud.update_user(session=session, user=user, changes={"avatar_url": url})


async def _discard_avatar(session: AsyncSession, user: User) -> None:
    """Delete the stored picture after the commit, when it is certain that nothing refers to it."""
    if user.avatar_url:
        await enqueue(session, jobs.delete_avatar, key=avatars.key(user.id, user.avatar_url))
