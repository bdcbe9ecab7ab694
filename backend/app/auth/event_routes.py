"""The security events of the signed-in user, and of any user for superusers. Part of `routes.py`."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.auth import not_me, security_events
from app.auth.deps import Anyone, CurrentSession, CurrentSuperuser
from app.auth.event_models import LinkToken, SecurityEventsParams, SecurityEventsPublic
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import InvalidToken, NotFound
from app.core.http.openapi import problems
from app.core.http.rate_limits import limit_sign_in
from app.core.http.responses import respond
from app.core.models import Message
from app.users import crud as users_crud

router = APIRouter(tags=["activity"])


@router.get("/users/me/security-events", response_model=SecurityEventsPublic)
async def read_security_events(
    session: AutocommitDep, current_session: CurrentSession, params: Annotated[SecurityEventsParams, Query()]
) -> Response:
    """List what happened to your account in the last year: sign-ins, changes, and sessions that were ended."""
    page = await security_events.read_security_events(session=session, params=params, user_id=current_session.id)
    return respond(SecurityEventsPublic, page)


@router.get("/users/{user_id}/security-events", response_model=SecurityEventsPublic, responses=problems(NotFound))
async def read_security_events_of_user(
    session: AutocommitDep,
    _: CurrentSuperuser,
    user_id: uuid.UUID,
    params: Annotated[SecurityEventsParams, Query()],
) -> Response:
    """List what happened to the account of a user in the last year."""
    await users_crud.read_user(session=session, user_id=user_id)
    page = await security_events.read_security_events(session=session, params=params, user_id=user_id)
    return respond(SecurityEventsPublic, page)


@router.post("/login/not-me", responses=problems(InvalidToken), dependencies=[Anyone], tags=["login"])
@limit_sign_in()
async def report_not_me(session: SessionDep, body: LinkToken) -> Message:
    """Say that a mailed sign-in or change was not you. Ends all sessions, and mails a link to choose a new password."""
    await not_me.report_not_me(session=session, token=body.token)
    return Message(message="All devices were logged out. We sent you a link to choose a new password.")
