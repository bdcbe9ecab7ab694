"""The profile of the signed-in user, and of any user for superusers."""

import uuid
from typing import Any

from fastapi import APIRouter, Response

from app.auth.deps import CurrentSuperuser, CurrentUser, confirm
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import Conflict, Duplicate, NotFound
from app.core.http.openapi import problems
from app.core.http.preconditions import IfMatch
from app.core.http.responses import respond
from app.profiles import crud, service
from app.profiles.models import ProfilePublic, ProfileUpdate
from app.users import crud as users_crud

router = APIRouter(tags=["profiles"])


@router.get("/profiles/me", response_model=ProfilePublic)
async def read_profile_me(session: AutocommitDep, current_user: CurrentUser) -> Response:
    """Get your profile. Until the first change it is empty and has version 0."""
    return respond(ProfilePublic, await crud.read_profile(session=session, user_id=current_user.id))


@router.patch("/profiles/me", response_model=ProfilePublic, responses=problems(NotFound, Conflict, Duplicate))
async def update_profile_me(
    session: SessionDep, current_user: CurrentUser, body: ProfileUpdate, if_match: IfMatch
) -> Response:
    """Change your profile. An absent field keeps its value, also in the document. Null removes a value."""
    profile = await service.update_profile(
        session=session, user_id=current_user.id, body=body, if_match=if_match, lock=confirm(current_user)
    )
    return respond(ProfilePublic, crud.public(profile))


@router.get("/profiles/schema")
async def read_profile_schema(_: CurrentUser) -> dict[str, Any]:
    """Get the JSON schema of `PATCH /profiles/me`, from which a client can build a form."""
    return ProfileUpdate.model_json_schema()


@router.get("/users/{user_id}/profile", response_model=ProfilePublic, responses=problems(NotFound))
async def read_profile_of_user(session: AutocommitDep, _: CurrentSuperuser, user_id: uuid.UUID) -> Response:
    """Get the profile of a user."""
    await users_crud.read_user(session=session, user_id=user_id)
    return respond(ProfilePublic, await crud.read_profile(session=session, user_id=user_id))


@router.patch(
    "/users/{user_id}/profile", response_model=ProfilePublic, responses=problems(NotFound, Conflict, Duplicate)
)
async def update_profile_of_user(
    session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID, body: ProfileUpdate, if_match: IfMatch
) -> Response:
    """Change the profile of a user."""
    profile = await service.update_profile(
        session=session, user_id=user_id, body=body, if_match=if_match, lock=confirm(current_user)
    )
    return respond(ProfilePublic, crud.public(profile))
