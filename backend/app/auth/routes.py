from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from app.auth import crud, jobs, mails, service
from app.auth.cookies import clear_session_cookie, refuse_cross_site, set_session_cookie
from app.auth.deps import CurrentSuperuser, CurrentUser, PasswordForm
from app.auth.models import LoginSession, NewPassword, Token
from app.auth.service import SESSION_LIFETIME
from app.core.database.session import SessionDep
from app.core.errors import InactiveUser, InvalidToken, NotFound, WrongCredentials
from app.core.http.openapi import problems
from app.core.http.responses import respond
from app.core.models import Email, Message
from app.users import crud as users_crud
from app.users.models import UserPublic

router = APIRouter(tags=["login"])


@router.post("/login/access-token", responses=problems(WrongCredentials, InactiveUser))
async def login_access_token(session: SessionDep, form: Annotated[PasswordForm, Depends()]) -> Token:
    """Get a bearer token for API clients with the OAuth2 password form."""
    email = service.address_of(form.username)
    signed_in = await service.sign_in(session=session, email=email, password=form.password)
    return Token(access_token=signed_in.access_token)


@router.post(
    "/login/session",
    response_model=UserPublic,
    responses=problems(WrongCredentials, InactiveUser),
    dependencies=[Depends(refuse_cross_site)],
)
async def login_session(session: SessionDep, body: LoginSession) -> Response:
    """Sign in to the dashboard. Returns the user and sets the session token as an HttpOnly cookie."""
    signed_in = await service.sign_in(session=session, email=body.email, password=body.password)
    response = respond(UserPublic, signed_in.user)
    set_session_cookie(response, signed_in.access_token, int(SESSION_LIFETIME.total_seconds()))
    return response


@router.post("/login/test-token", response_model=UserPublic)
async def test_token(current_user: CurrentUser) -> Response:
    """Return the user of the token."""
    return respond(UserPublic, current_user)


@router.post("/login/logout")
async def logout(session: SessionDep, current_user: CurrentUser, response: Response) -> Message:
    """End this session. Its token is no longer valid."""
    await crud.end_session(session=session, session_id=current_user.session_id)
    clear_session_cookie(response)
    return Message(message="Logged out")


@router.post("/password-recovery/{email:path}")
async def recover_password(session: SessionDep, email: Email) -> Message:
    """Send a recovery link if the address has an account. The response and its time do not reveal whether it has.

    An address gets at most five emails an hour. Further requests get the same response, but no email.
    """
    jobs.defer_password_recovery(session, email=email)
    return Message(message="If that email is registered, we sent a password recovery link")


@router.post("/reset-password/", responses=problems(InvalidToken))
async def reset_password(session: SessionDep, body: NewPassword) -> Message:
    """Set a new password with the token from a recovery link. Ends all sessions of the user."""
    await service.reset_password(session=session, body=body)
    return Message(message="Password updated successfully")


@router.post(
    "/password-recovery-html-content/{email:path}",
    response_class=HTMLResponse,
    responses=problems(NotFound),
)
async def recover_password_html_content(session: SessionDep, _: CurrentSuperuser, email: Email) -> Response:
    """Preview the recovery mail of a user. Its link is not valid."""
    user = await users_crud.get_user_by_email(session=session, email=email)
    if user is None:
        raise NotFound("The user with this email does not exist in the system")
    mail = mails.reset_password(email=user.email, name=user.full_name, token="preview")
    return HTMLResponse(mail.html, headers={"X-Mail-Subject": mail.subject})
