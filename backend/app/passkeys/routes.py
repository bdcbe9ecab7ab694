"""The passkeys of the signed-in user, sign-in with one, and the passkeys of any user for superusers."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.auth.cookies import known_client, refuse_cross_site, session_response, signed_device
from app.auth.deps import Anyone, CurrentSession, CurrentSuperuser, FactorSession, before_factor_setup, confirm
from app.auth.models import TokenPurpose
from app.auth.sign_in import begin_session
from app.auth.sign_in_deps import ClientDep
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import ChallengeExpired, Conflict, Duplicate, Forbidden, Invalid, NotFound
from app.core.http.openapi import problems
from app.core.http.rate_limits import limit_sign_in
from app.core.http.responses import respond
from app.core.models import Message
from app.passkeys import crud, service
from app.passkeys.models import (
    PasskeyChallenge,
    PasskeyCreate,
    PasskeyPublic,
    PasskeySignIn,
    PasskeysParams,
    PasskeysPublic,
    PasskeysReset,
    PasskeyUpdate,
)
from app.users import crud as users_crud
from app.users.models import UserPublic

router = APIRouter(tags=["passkeys"])


@router.get("/passkeys/", response_model=PasskeysPublic)
@before_factor_setup
async def read_passkeys(
    session: AutocommitDep, current_session: CurrentSession, params: Annotated[PasskeysParams, Query()]
) -> Response:
    """List your passkeys."""
    page = await crud.read_passkeys(session=session, params=params, user_id=current_session.id)
    return respond(PasskeysPublic, page)


@router.post("/passkeys/registration", responses=problems(Conflict, NotFound))
@before_factor_setup
async def start_passkey_registration(session: SessionDep, current_session: FactorSession) -> PasskeyChallenge:
    """Get the options with which a browser creates a passkey. Answer with `POST /passkeys/`."""
    user = await users_crud.get_user(session=session, user_id=current_session.id)
    return await service.start_registration(session=session, user=user, session_id=current_session.session_id)


@router.post("/passkeys/", responses=problems(Conflict, Duplicate, Invalid, NotFound))
@before_factor_setup
async def create_passkey(session: SessionDep, current_session: FactorSession, body: PasskeyCreate) -> PasskeyPublic:
    """Add the passkey that the browser has created. Your other sessions end."""
    await users_crud.lock_user(session=session, user_id=current_session.id, lock=confirm(current_session))
    return await service.add_passkey(session=session, current=current_session, body=body)


@router.patch("/passkeys/{passkey_id}", responses=problems(NotFound))
async def rename_passkey(
    session: SessionDep, current_session: CurrentSession, passkey_id: uuid.UUID, body: PasskeyUpdate
) -> Message:
    """Rename one of your passkeys."""
    await confirm(current_session)(session=session)
    await crud.update_passkey(session=session, user_id=current_session.id, passkey_id=passkey_id, changes=body)
    return Message(message="Passkey renamed")


@router.delete("/passkeys/{passkey_id}", responses=problems(NotFound))
async def delete_passkey(session: SessionDep, current_session: FactorSession, passkey_id: uuid.UUID) -> Message:
    """Remove one of your passkeys. Your other sessions end."""
    await users_crud.lock_user(session=session, user_id=current_session.id, lock=confirm(current_session))
    await service.remove_passkey(session=session, current=current_session, passkey_id=passkey_id)
    return Message(message="Passkey removed")


@router.get("/login/passkeys/options", dependencies=[Anyone])
async def read_passkey_sign_in_options() -> PasskeyChallenge:
    """Get the options with which a browser signs in with any passkey. They are the same for everybody."""
    return service.start_sign_in()


@router.post(
    "/login/passkeys",
    response_model=UserPublic,
    responses=problems(ChallengeExpired),
    dependencies=[Anyone, Depends(refuse_cross_site)],
)
@limit_sign_in(known_client)
async def sign_in_with_passkey(
    session: SessionDep, request: Request, body: PasskeySignIn, client: ClientDep
) -> Response:
    """Sign in to the dashboard with a passkey, without a password. Sets the same cookies as `POST /login/session`."""
    user = await service.identify(session=session, body=body)
    purpose, device = TokenPurpose.SIGN_IN, signed_device(request)
    signed_in = await begin_session(
        session=session, user=user, factor=service.KIND, client=client, purpose=purpose, device=device
    )
    return session_response(signed_in.user, signed_in.tokens)


@router.get("/users/{user_id}/passkeys/", response_model=PasskeysPublic, responses=problems(NotFound))
async def read_passkeys_of_user(
    session: AutocommitDep, _: CurrentSuperuser, user_id: uuid.UUID, params: Annotated[PasskeysParams, Query()]
) -> Response:
    """List the passkeys of a user."""
    await users_crud.read_user(session=session, user_id=user_id)
    return respond(PasskeysPublic, await crud.read_passkeys(session=session, params=params, user_id=user_id))


@router.post("/users/{user_id}/passkeys/reset", responses=problems(Forbidden, NotFound))
async def reset_passkeys_of_user(
    session: SessionDep,
    current_session: FactorSession,
    _: CurrentSuperuser,
    user_id: uuid.UUID,
    body: PasskeysReset,
) -> Message:
    """Remove all passkeys of a user who has lost them, and end their sessions. The user is notified by mail."""
    await users_crud.lock_user(session=session, user_id=user_id, lock=confirm(current_session))
    await service.reset_passkeys(session=session, user_id=user_id, by=current_session.id, reason=body.reason)
    return Message(message="Passkeys removed")
