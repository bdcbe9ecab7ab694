from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.auth import (
    crud,
    email_routes,
    event_routes,
    mails,
    reauthentication,
    service,
    session_routes,
    sign_in,
    verification,
)
from app.auth.challenge_models import ChallengeAnswer, Reauthentication, TokenChallengeAnswer
from app.auth.cookies import (
    clear_session_cookies,
    known_client,
    known_device,
    refuse_cross_site,
    session_response,
    set_session_cookies,
    signed_device,
)
from app.auth.deps import Anyone, CurrentSession, CurrentSuperuser, CurrentUser, LeavingSession, before_factor_setup
from app.auth.models import (
    Address,
    EmailVerification,
    LoginSession,
    NewPassword,
    Token,
    TokenPair,
    TokenPurpose,
)
from app.auth.sign_in_deps import OFFLINE_ACCESS, ClientDep, ExemptDep, PasswordForm, PresentedToken
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import (
    Challenge,
    ChallengeExpired,
    Duplicate,
    EmailNotVerified,
    Forbidden,
    InactiveUser,
    InvalidToken,
    MfaRequired,
    NotAuthenticated,
    NotFound,
    WrongCredentials,
)
from app.core.fields import Email
from app.core.http.openapi import problems
from app.core.http.rate_limits import counted_by_handler, limit_sign_in, unlimited
from app.core.http.responses import respond
from app.core.mail.outbox import queue_mail
from app.core.models import Message
from app.users import crud as users_crud
from app.users import service as users_service
from app.users.config import settings as users_settings
from app.users.models import UserPublic, UserRegister

router = APIRouter(tags=["login"])


@router.post(
    "/login/access-token",
    response_model_exclude_none=True,
    responses=problems(WrongCredentials, InactiveUser, EmailNotVerified, MfaRequired),
    dependencies=[Anyone],
)
@limit_sign_in()
async def login_access_token(
    session: AutocommitDep, form: Annotated[PasswordForm, Depends()], client: ClientDep
) -> Token:
    """Get a bearer token for API clients with the OAuth2 password form.

    With the scope `offline_access`, also a token for `POST /login/refresh`. Without it, the session ends with this
    token.
    """
    email, purpose = sign_in.address_of(form.username), TokenPurpose.ACCESS_TOKEN
    result = await sign_in.sign_in(
        session=session, email=email, password=form.password, client=client, purpose=purpose, offline=form.offline
    )
    return Token.model_validate(asdict(sign_in.completed(result).tokens))


@router.post(
    "/login/session",
    response_model=UserPublic,
    responses=problems(WrongCredentials, InactiveUser, EmailNotVerified, MfaRequired),
    dependencies=[Anyone, Depends(refuse_cross_site)],
)
@limit_sign_in(known_client)
async def login_session(
    session: AutocommitDep, request: Request, body: LoginSession, client: ClientDep, exempt: ExemptDep
) -> Response:
    """Sign in to the dashboard. Returns the user and sets both tokens as HttpOnly cookies."""
    device = await known_device(request, body.email)
    email, password, purpose = body.email, body.password, TokenPurpose.SIGN_IN
    result = await sign_in.sign_in(
        session=session, email=email, password=password, client=client, purpose=purpose, device=device, exempt=exempt
    )
    signed_in = sign_in.completed(result)
    return session_response(signed_in.user, signed_in.tokens, device)


@router.post(
    "/login/challenge",
    response_model=UserPublic,
    responses=problems(WrongCredentials, ChallengeExpired),
    dependencies=[Anyone, Depends(refuse_cross_site)],
)
@limit_sign_in(known_client)
async def login_challenge(session: SessionDep, request: Request, body: ChallengeAnswer, client: ClientDep) -> Response:
    """Answer the challenge of `POST /login/session`, which then completes. It works once."""
    signed_in = await sign_in.complete_sign_in(
        session=session, answer=body, client=client, purpose=TokenPurpose.SIGN_IN, device=signed_device(request)
    )
    return session_response(signed_in.user, signed_in.tokens)


@router.post(
    "/login/access-token/challenge",
    response_model_exclude_none=True,
    responses=problems(WrongCredentials, ChallengeExpired),
    dependencies=[Anyone],
)
@limit_sign_in()
async def login_access_token_challenge(session: SessionDep, body: TokenChallengeAnswer, client: ClientDep) -> Token:
    """Answer the challenge of `POST /login/access-token`, which then completes. It works once."""
    purpose, offline = TokenPurpose.ACCESS_TOKEN, OFFLINE_ACCESS in body.scope.split()
    signed_in = await sign_in.complete_sign_in(
        session=session, answer=body, client=client, purpose=purpose, offline=offline
    )
    return Token.model_validate(asdict(signed_in.tokens))


@router.post(
    "/login/refresh",
    response_model=TokenPair,
    responses={204: {"description": "The tokens are in cookies"}, **problems(NotAuthenticated)},
    dependencies=[Anyone],
)
@limit_sign_in(counted_by_handler)
async def login_refresh(session: AutocommitDep, token: PresentedToken) -> Response:
    """Get new tokens for a refresh token, which works once.

    API clients send it in the body, and get both tokens. Browsers send no body but their cookie, and get cookies. A
    token that comes back more than 10 seconds after it was replaced ends its session, because somebody has copied it.
    """
    tokens = await service.refresh(session=session, presented=token.secret)
    if not token.is_cookie:
        return respond(TokenPair, TokenPair.model_validate(asdict(tokens)))
    response = Response(status_code=204)
    set_session_cookies(response, tokens)
    return response


@router.post("/login/reauthenticate/challenge")
@before_factor_setup
async def start_reauthentication(session: AutocommitDep, current_session: CurrentSession) -> Challenge:
    """Get what you need to prove who you are by a second factor. Without one, `kinds` is empty: use your password."""
    return await reauthentication.start_reauthentication(session=session, principal=current_session)


@router.post("/login/reauthenticate", responses=problems(WrongCredentials, ChallengeExpired))
@before_factor_setup
async def reauthenticate(session: AutocommitDep, current_session: CurrentSession, body: Reauthentication) -> Message:
    """Prove again who you are. For the next 10 minutes, this session can do what needs a recent proof."""
    await reauthentication.reauthenticate(session=session, principal=current_session, body=body)
    return Message(message="Confirmed")


@router.post(
    "/users/signup",
    response_model=UserPublic,
    responses={
        202: {"model": Message, "description": "The address has to be verified"},
        **problems(Forbidden, Duplicate),
    },
    dependencies=[Anyone],
)
@limit_sign_in()
async def register_user(session: SessionDep, body: UserRegister) -> Response:
    """Sign up for an account.

    If addresses have to be verified (`SIGNUP_REQUIRES_VERIFICATION`), the response and its time are the same whether or
    not the address has an account, and the account is created with the link in the mail.
    """
    if not users_settings.USERS_OPEN_REGISTRATION:
        raise Forbidden("Sign-up is closed. Contact an administrator to get an account.")
    if users_settings.requires_verification:
        await verification.sign_up(session=session, body=body)
        return JSONResponse({"message": "We sent you a mail. Follow its link to finish your sign-up."}, 202)
    return respond(UserPublic, await users_service.create_user(session=session, body=body, by_superuser=False))


@router.post(
    "/verify-email",
    response_model=UserPublic,
    responses=problems(InvalidToken, WrongCredentials),
    dependencies=[Anyone],
)
@limit_sign_in()
async def verify_email(session: SessionDep, body: EmailVerification) -> Response:
    """Create the account of a sign-up, with the token of its link and its password. Log in afterwards."""
    return respond(UserPublic, await verification.verify_email(session=session, body=body))


@router.post("/verify-email/resend", dependencies=[Anyone])
@limit_sign_in()
async def resend_verification(session: SessionDep, body: Address) -> Message:
    """Mail a further link if the address waits for verification. The response does not reveal whether it does."""
    await queue_mail(session, mails.sign_up, address=body.email)
    return Message(message="If that email waits for verification, we sent another link")


@router.post("/login/test-token", response_model=UserPublic)
async def test_token(current_user: CurrentUser) -> Response:
    """Return the user of the token."""
    return respond(UserPublic, current_user)


@router.post("/login/logout", dependencies=[Anyone])
@unlimited
async def logout(session: SessionDep, session_id: LeavingSession, response: Response) -> Message:
    """End this session. Its tokens are no longer valid."""
    await crud.end_session(session=session, session_id=session_id)
    clear_session_cookies(response)
    return Message(message="Logged out")


@router.post("/password-recovery/{email:path}", dependencies=[Anyone])
@limit_sign_in()
async def recover_password(session: SessionDep, email: Email) -> Message:
    """Send a recovery link if the address has an account. The response and its time do not reveal whether it has.

    An account gets at most three emails an hour, and none while a link is younger than two minutes. Further requests
    get the same response, and earlier links stay valid.
    """
    await queue_mail(session, mails.password_recovery, address=email)
    return Message(message="If that email is registered, we sent a password recovery link")


@router.post("/reset-password/", responses=problems(InvalidToken), dependencies=[Anyone])
@limit_sign_in()
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
    content = mails.password_recovery.render(mails.reset_values(user.email, "preview"))
    return HTMLResponse(content.html, headers={"X-Mail-Subject": content.subject})


router.include_router(session_routes.router)
router.include_router(event_routes.router)
router.include_router(email_routes.router)
