"""The API tokens of the signed-in user, and of any user for superusers."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.auth.deps import CurrentSession, CurrentSuperuser, FactorSession, confirm
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import Conflict, NotFound
from app.core.http.openapi import problems
from app.core.http.responses import respond
from app.core.models import Message
from app.tokens import crud, service
from app.tokens.models import ApiTokenCreate, ApiTokensParams, ApiTokensPublic, CreatedApiToken
from app.users import crud as users_crud

router = APIRouter(tags=["tokens"])


@router.get("/tokens/", response_model=ApiTokensPublic)
async def read_api_tokens(
    session: AutocommitDep, current_session: CurrentSession, params: Annotated[ApiTokensParams, Query()]
) -> Response:
    """List your API tokens. Expired ones stay for 30 days."""
    page = await crud.read_tokens(session=session, params=params, user_id=current_session.id)
    return respond(ApiTokensPublic, page)


@router.post("/tokens/", responses=problems(Conflict))
async def create_api_token(
    session: SessionDep, current_session: FactorSession, body: ApiTokenCreate
) -> CreatedApiToken:
    """Create an API token. Only this response contains it. It is sent as `Authorization: Bearer`."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    return await service.create_token(session=session, user=current_session, body=body)


@router.delete("/tokens/{token_id}", responses=problems(NotFound))
async def revoke_api_token(session: SessionDep, current_session: CurrentSession, token_id: uuid.UUID) -> Message:
    """Revoke one of your API tokens. Its requests are refused immediately."""
    await confirm(current_session)(session=session)
    await service.revoke_token(session=session, user_id=current_session.id, token_id=token_id)
    return Message(message="API token revoked")


@router.get("/users/{user_id}/tokens/", response_model=ApiTokensPublic, responses=problems(NotFound))
async def read_api_tokens_of_user(
    session: AutocommitDep, _: CurrentSuperuser, user_id: uuid.UUID, params: Annotated[ApiTokensParams, Query()]
) -> Response:
    """List the API tokens of a user."""
    await users_crud.read_user(session=session, user_id=user_id)
    return respond(ApiTokensPublic, await crud.read_tokens(session=session, params=params, user_id=user_id))


@router.delete("/users/{user_id}/tokens/{token_id}", responses=problems(NotFound))
async def revoke_api_token_of_user(
    session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID, token_id: uuid.UUID
) -> Message:
    """Revoke an API token of a user."""
    await users_crud.lock_user(session=session, user_id=user_id, lock=confirm(current_user))
    await service.revoke_token(session=session, user_id=user_id, token_id=token_id)
    return Message(message="API token revoked")


@router.delete("/users/{user_id}/tokens/", responses=problems(NotFound))
async def revoke_api_tokens_of_user(session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID) -> Message:
    """Revoke all API tokens of a user."""
    await users_crud.lock_user(session=session, user_id=user_id, lock=confirm(current_user))
    await service.revoke_tokens(session=session, user_id=user_id)
    return Message(message="All API tokens revoked")
