import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.auth.deps import CurrentSuperuser, CurrentUser, get_current_superuser, still_allowed
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
from app.users.config import settings
from app.users.models import (
    UpdatePassword,
    UserCreate,
    UserPublic,
    UserRegister,
    UsersFilter,
    UsersParams,
    UsersPublic,
    UsersStats,
    UserUpdate,
    UserUpdateMe,
)

router = APIRouter(prefix="/users", tags=["users"])

PICTURE = {"content": {avatars.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
superuser_only = [Depends(get_current_superuser)]


@router.get("/me", response_model=UserPublic)
async def read_user_me(current_user: CurrentUser) -> Response:
    return respond(UserPublic, current_user)


@router.patch("/me", response_model=UserPublic, responses=problems(NotFound, Conflict, Duplicate))
async def update_user_me(
    session: SessionDep, current_user: CurrentUser, body: UserUpdateMe, if_match: IfMatch
) -> Response:
    user = await service.update_user(
        session=session,
        user_id=current_user.id,
        body=body,
        kept_session_id=current_user.session_id,
        if_match=if_match,
    )
    return respond(UserPublic, user)


@router.patch("/me/password", responses=problems(BadRequest, NotFound))
async def update_password_me(session: SessionDep, current_user: CurrentUser, body: UpdatePassword) -> Message:
    await service.change_own_password(
        session=session,
        user_id=current_user.id,
        session_id=current_user.session_id,
        body=body,
    )
    return Message(message="Password updated successfully")


@router.delete("/me", responses=problems(Forbidden, NotFound))
async def delete_user_me(session: SessionDep, current_user: CurrentUser) -> Message:
    if current_user.is_superuser:
        raise Forbidden("Super users are not allowed to delete themselves")
    await service.delete_user(session=session, user_id=current_user.id)
    return Message(message="User deleted successfully")


@router.put(
    "/me/avatar", response_model=UserPublic, responses=problems(NotFound), max_body_size=avatars.MAX_BYTES + FORM_BYTES
)
async def update_avatar_me(
    current_user: CurrentUser, file: Annotated[bytes, Depends(OneFile(avatars.MAX_BYTES))]
) -> Response:
    """JPEG, PNG, WebP or GIF of at most 2 MiB. What is kept is made anew from it: a square of 256 pixels."""
    return respond(UserPublic, await service.update_avatar(user_id=current_user.id, upload=file))


@router.delete("/me/avatar", response_model=UserPublic, responses=problems(NotFound))
async def delete_avatar_me(session: SessionDep, current_user: CurrentUser) -> Response:
    user = await service.set_avatar_url(session=session, user_id=current_user.id, url=None)
    return respond(UserPublic, user)


@router.post("/signup", response_model=UserPublic, responses=problems(Forbidden, Duplicate))
async def register_user(session: SessionDep, body: UserRegister) -> Response:
    if not settings.USERS_OPEN_REGISTRATION:
        raise Forbidden("Sign-up is closed. Ask an administrator for an account.")
    return respond(UserPublic, await service.create_user(session=session, body=body, by_superuser=False))


@router.get("/", response_model=UsersPublic, dependencies=superuser_only)
async def read_users(session: AutocommitDep, params: Annotated[UsersParams, Query()]) -> Response:
    return respond(UsersPublic, await crud.read_users(session=session, params=params))


@router.post("/", response_model=UserPublic, responses=problems(Duplicate), dependencies=superuser_only)
async def create_user(session: SessionDep, body: UserCreate) -> Response:
    return respond(UserPublic, await service.create_user(session=session, body=body, by_superuser=True))


@router.get("/export", response_class=CsvResponse)
async def export_users(
    session: AutocommitDep, current_user: CurrentSuperuser, params: Annotated[UsersFilter, Query()]
) -> Response:
    """All rows, as CSV. `X-Total-Count` is how many there were when it began."""
    users = await crud.read_all_users(session=session, params=params)
    return await csv_response("users", users, still_allowed(session, current_user))


@router.get("/stats", response_model=UsersStats, dependencies=superuser_only)
async def read_users_stats(session: AutocommitDep, days: Days = 30) -> Response:
    return respond(UsersStats, await crud.read_users_stats(session=session, days=days))


@router.post("/bulk-delete", responses=problems(Conflict))
async def delete_users(session: SessionDep, current_user: CurrentSuperuser, body: BulkDelete) -> Count:
    """Those that are there; the others are not counted."""
    if current_user.id in body.ids:
        raise Forbidden("Super users are not allowed to delete themselves")
    return Count(count=await service.delete_users(session=session, user_ids=body.ids))


@router.get("/{user_id}", response_model=UserPublic, responses=problems(Forbidden, NotFound))
async def read_user_by_id(session: AutocommitDep, current_user: CurrentUser, user_id: uuid.UUID) -> Response:
    """Oneself, or for superusers anybody."""
    if user_id != current_user.id and not current_user.is_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    return respond(UserPublic, await crud.read_user(session=session, user_id=user_id))


@router.get("/{user_id}/avatar", response_class=Response, responses={200: PICTURE, **problems(NotFound)})
async def read_avatar(session: AutocommitDep, _: CurrentUser, user_id: uuid.UUID, v: str = "") -> Response:
    """The picture, for everybody who is signed in. It may be kept for ever under the address with its version `v`."""
    picture, version = await service.read_avatar(session=session, user_id=user_id)
    keep = "private, max-age=31536000, immutable" if v == version else "private, no-cache"
    return Response(picture, media_type=avatars.MEDIA_TYPE, headers={"Cache-Control": keep})


@router.patch(
    "/{user_id}",
    response_model=UserPublic,
    responses=problems(NotFound, Conflict, Duplicate),
    dependencies=superuser_only,
)
async def update_user(session: SessionDep, user_id: uuid.UUID, body: UserUpdate, if_match: IfMatch) -> Response:
    user = await service.update_user(session=session, user_id=user_id, body=body, if_match=if_match)
    return respond(UserPublic, user)


@router.delete("/{user_id}", responses=problems(NotFound, Conflict))
async def delete_user(
    session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID, if_match: IfMatch
) -> Message:
    if user_id == current_user.id:
        raise Forbidden("Super users are not allowed to delete themselves")
    await service.delete_user(session=session, user_id=user_id, if_match=if_match)
    return Message(message="User deleted successfully")


# Mounted in local development only.
local_router = APIRouter(prefix="/private/users", tags=["private"])


@local_router.post("/", response_model=UserPublic, responses=problems(Duplicate))
async def create_private_user(session: SessionDep, body: UserCreate) -> Response:
    """Makes a user without signing in, for tests and experiments."""
    return respond(UserPublic, await service.create_user(session=session, body=body, by_superuser=False))
