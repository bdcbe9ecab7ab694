"""The sessions of the signed-in user, and of any user for superusers. Part of `routes.py`."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.auth import crud, service
from app.auth.deps import CurrentSession, CurrentSuperuser, RecentSession, confirm
from app.auth.models import SessionsParams, SessionsPublic
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import NotFound
from app.core.http.openapi import problems
from app.core.http.responses import respond
from app.core.models import Message
from app.users import crud as users_crud

router = APIRouter(tags=["sessions"])


@router.get("/sessions/", response_model=SessionsPublic)
async def read_sessions(
    session: AutocommitDep, current_session: CurrentSession, params: Annotated[SessionsParams, Query()]
) -> Response:
    """List your sessions: one for each browser or client where you are signed in."""
    page = await crud.read_sessions(
        session=session, params=params, user_id=current_session.id, current_id=current_session.session_id
    )
    return respond(SessionsPublic, page)


@router.delete("/sessions/{session_id}", responses=problems(NotFound))
async def end_session(session: SessionDep, current_session: RecentSession, session_id: uuid.UUID) -> Message:
    """End one of your sessions. Its requests are refused immediately, and its open streams end."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    await service.end_session(session=session, user_id=current_session.id, session_id=session_id)
    return Message(message="Session ended")


@router.delete("/sessions/")
async def end_other_sessions(session: SessionDep, current_session: RecentSession) -> Message:
    """End all of your sessions except this one."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    await service.end_sessions(session=session, user_id=current_session.id, kept_session_id=current_session.session_id)
    return Message(message="All other sessions ended")


@router.get("/users/{user_id}/sessions/", response_model=SessionsPublic, responses=problems(NotFound))
async def read_sessions_of_user(
    session: AutocommitDep,
    current_user: CurrentSuperuser,
    user_id: uuid.UUID,
    params: Annotated[SessionsParams, Query()],
) -> Response:
    """List the sessions of a user."""
    await users_crud.read_user(session=session, user_id=user_id)
    page = await crud.read_sessions(session=session, params=params, user_id=user_id, current_id=current_user.session_id)
    return respond(SessionsPublic, page)


@router.delete("/users/{user_id}/sessions/{session_id}", responses=problems(NotFound))
async def end_session_of_user(
    session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID, session_id: uuid.UUID
) -> Message:
    """End a session of a user."""
    await users_crud.lock_user(session=session, user_id=user_id, lock=confirm(current_user))
    await service.end_session(session=session, user_id=user_id, session_id=session_id)
    return Message(message="Session ended")


@router.delete("/users/{user_id}/sessions/", responses=problems(NotFound))
async def end_sessions_of_user(session: SessionDep, current_user: CurrentSuperuser, user_id: uuid.UUID) -> Message:
    """End all sessions of a user. If you are this user, the session of this request stays."""
    await users_crud.lock_user(session=session, user_id=user_id, lock=confirm(current_user))
    await service.end_sessions(session=session, user_id=user_id, kept_session_id=current_user.session_id)
    return Message(message="All sessions ended")
