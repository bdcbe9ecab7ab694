"""The operations of sign-in, for the tests that cover all features."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.event_models import SecurityEvent
from app.auth.models import UserSession
from app.users.models import User
from tests.auth.factories import sign_in

PUBLIC = {
    "confirm_email_change",
    "login_access_token",
    "login_access_token_challenge",
    "login_session",
    "login_challenge",
    "login_refresh",
    "logout",
    "recover_password",
    "register_user",
    "report_not_me",
    "resend_verification",
    "reset_password",
    "undo_email_change",
    "verify_email",
}
SUPERUSERS = {
    "recover_password_html_content",
    "read_security_events_of_user",
    "read_sessions_of_user",
    "end_session_of_user",
    "end_sessions_of_user",
}
PARAMETERS = {"session_id": "0198a000-0000-7000-8000-000000000001"}


async def create_parameters_of(session: AsyncSession, user: User) -> dict[str, str]:
    await sign_in(session, user)
    newest = select(UserSession.id).where(UserSession.user_id == user.id).order_by(col(UserSession.id).desc())
    return {"session_id": str((await session.exec(newest)).first())}


async def sign_in_often(session: AsyncSession) -> None:
    for user in (await session.exec(select(User))).all():
        for _ in range(5):
            await sign_in(session, user)


async def add_events(session: AsyncSession) -> None:
    for user in (await session.exec(select(User))).all():
        session.add_all(SecurityEvent(user_id=user.id, kind="sign_in", device=f"Device {n}") for n in range(5))
    await session.commit()


LISTED = {
    "/api/v1/sessions/": sign_in_often,
    "/api/v1/users/me/security-events": add_events,
    "/api/v1/users/{user_id}/security-events": add_events,
    "/api/v1/users/{user_id}/sessions/": sign_in_often,
}
