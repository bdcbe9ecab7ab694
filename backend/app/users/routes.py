import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.auth.deps import (
    Anyone,
    CurrentSession,
    CurrentSuperuser,
    CurrentUser,
    RecentSession,
    before_factor_setup,
    confirm,
    get_current_superuser,
    still_allowed,
)
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import BadRequest, Conflict, Duplicate, Forbidden, NotFound
from app.core.http.openapi import problems
from app.core.http.preconditions import IfMatch
from app.core.http.responses import respond
from app.core.http.uploads import FORM_BYTES, OneFile
from app.core.lists.csv_export import CsvResponse, csv_response
from app.core.lists.daily_counts import Days
from app.core.models import BulkDelete, Count, Message
from app.users import avatars, crud, service
from app.users.models import (
    UpdatePassword,
    UserCreate,
    UserPublic,
    UsersFilter,
    UsersParams,
    UsersPublic,
    UsersStats,
    UserUpdate,
    UserUpdateMe,
)

router = APIRouter(prefix="/users", tags=["users"])

AVATAR = {"content": {avatars.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
superuser_only = [Depends(get_current_superuser)]


@router.get("/me", response_model=UserPublic)
@before_factor_setup
async def read_user_me(current_user: CurrentUser) -> Response:
    """Get the signed-in user."""
    return respond(UserPublic, current_user)


@router.patch(
    "/me",
    response_model=UserPublic,
    responses=problems(Forbidden, NotFound, Conflict),
)
async def update_user_me(
    session: SessionDep, current_user: CurrentUser, body: UserUpdateMe, if_match: IfMatch
) -> Response:
    """Change your profile. `POST /users/me/email` changes your address, which has to be confirmed."""
    user = await service.update_own_account(
        session=session, current_user=current_user, body=body, if_match=if_match, lock=confirm(current_user)
    )
    return respond(UserPublic, user)


@router.patch("/me/password", responses=problems(BadRequest, Forbidden, NotFound))
async def update_password_me(session: SessionDep, current_user: CurrentSession, body: UpdatePassword) -> Message:
    """Change your password. This ends your other sessions."""
    await service.change_own_password(session=session, current_user=current_user, body=body, lock=confirm(current_user))
    return Message(message="Password updated successfully")


@router.delete("/me", responses=problems(Forbidden, NotFound))
async def delete_user_me(session: SessionDep, current_user: RecentSession) -> Message:
    """Delete your account and everything that you own."""
    if current_user.is_superuser:
        raise Forbidden("Super users are not allowed to delete themselves")
    await service.delete_user(session=session, user_id=current_user.id, lock=confirm(current_user))
    return Message(message="User deleted successfully")


@router.put(
    "/me/avatar",
    response_model=UserPublic,
    responses=problems(Forbidden, NotFound),
    max_body_size=avatars.MAX_BYTES + FORM_BYTES,
)
async def update_avatar_me(
    current_user: CurrentUser, file: Annotated[bytes, Depends(OneFile(avatars.MAX_BYTES))]
) -> Response:
    """Upload a picture: JPEG, PNG, WebP or GIF, at most 2 MiB. It is cropped to a square of 256 pixels."""
    user = await service.update_avatar(user_id=current_user.id, upload=file, lock=confirm(current_user))
    return respond(UserPublic, user)


@router.delete("/me/avatar", response_model=UserPublic, responses=problems(Forbidden, NotFound))
async def delete_avatar_me(session: SessionDep, current_user: CurrentUser) -> Response:
    """Delete your picture."""
    user = await service.set_avatar_url(session=session, user_id=current_user.id, url=None, lock=confirm(current_user))
    return respond(UserPublic, user)


@router.get("/", response_model=UsersPublic, dependencies=superuser_only)
async def read_users(session: AutocommitDep, params: Annotated[UsersParams, Query()]) -> Response:
    """List users."""
    return respond(UsersPublic, await crud.read_users(session=session, params=params))


@router.post("/", response_model=UserPublic, responses=problems(Duplicate))
async def create_user(session: SessionDep, current_user: CurrentSuperuser, body: UserCreate) -> Response:
    """Create a user. They receive a link to set their own password."""
    lock = confirm(current_user)
    user = await service.create_user(session=session, body=body, by_superuser=True, lock=lock)
    return respond(UserPublic, user)


@router.get("/export", response_class=CsvResponse)
async def export_users(
    session: AutocommitDep, current_user: CurrentSuperuser, params: Annotated[UsersFilter, Query()]
) -> Response:
    """Download all matching users as CSV. `X-Total-Count` is the number of rows when the download started."""
    users = await crud.read_all_users(session=session, params=params)
    return await csv_response("users", users, still_allowed(session, current_user))


@router.get("/stats", response_model=UsersStats, dependencies=superuser_only)
async def read_users_stats(session: AutocommitDep, days: Days = 30) -> Response:
    """Count users, in total and by day of creation."""
    return respond(UsersStats, await crud.read_users_stats(session=session, days=days))


@router.post("/bulk-delete", responses=problems(Conflict))
async def delete_users(session: SessionDep, current_user: CurrentSuperuser, body: BulkDelete) -> Count:
    """Delete users. Returns how many of them existed."""
    if current_user.id in body.ids:
        raise Forbidden("Super users are not allowed to delete themselves")
    lock = confirm(current_user)
    return Count(count=await service.delete_users(session=session, user_ids=body.ids, lock=lock))


@router.get("/{user_id}", response_model=UserPublic, responses=problems(Forbidden, NotFound))
async def read_user_by_id(session: AutocommitDep, current_user: CurrentUser, user_id: uuid.UUID) -> Response:
    """Get a user. Users who are not superusers can only get themselves."""
    if user_id != current_user.id and not current_user.acts_as_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    return respond(UserPublic, await crud.read_user(session=session, user_id=user_id))


@router.get("/{user_id}/avatar", response_class=Response, responses={200: AVATAR, **problems(NotFound)})
async def read_avatar(
    session: AutocommitDep, _: CurrentUser, user_id: uuid.UUID, v: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Get a user's picture. With the version `v` of its `avatar_url`, clients can cache it forever."""
    picture, version = await service.read_avatar(session=session, user_id=user_id)
    cache_control = "private, max-age=31536000, immutable" if v == version else "private, no-cache"
    return Response(picture, media_type=avatars.MEDIA_TYPE, headers={"Cache-Control": cache_control})


@router.patch("/{user_id}", response_model=UserPublic, responses=problems(NotFound, Conflict, Duplicate))
async def update_user(
    session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID, body: UserUpdate, if_match: IfMatch
) -> Response:
    """Change a user. A new address or password, or deactivation, ends their sessions."""
    user = await service.update_user(
        session=session, user_id=user_id, body=body, if_match=if_match, lock=confirm(current_user)
    )
    return respond(UserPublic, user)


@router.delete("/{user_id}", responses=problems(NotFound, Conflict))
async def delete_user(
    session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID, if_match: IfMatch
) -> Message:
    """Delete a user and everything that they own."""
    if user_id == current_user.id:
        raise Forbidden("Super users are not allowed to delete themselves")
    lock = confirm(current_user)
    await service.delete_user(session=session, user_id=user_id, if_match=if_match, lock=lock)
    return Message(message="User deleted successfully")


# Mounted in local development only. Other users of the developer's machine can reach it, so it creates no superuser.
local_router = APIRouter(prefix="/private/users", tags=["private"])


@local_router.post("/", response_model=UserPublic, responses=problems(Forbidden, Duplicate), dependencies=[Anyone])
async def create_private_user(session: SessionDep, body: UserCreate) -> Response:
    """Create a user without signing in, for tests and experiments. Refuses superusers."""
    if body.is_superuser:
        raise Forbidden("Only a superuser can create a superuser. Sign in as one, and use POST /users/.")
    return respond(UserPublic, await service.create_user(session=session, body=body, by_superuser=False))
