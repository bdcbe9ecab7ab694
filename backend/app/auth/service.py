"""Use cases: signing in, and resetting a forgotten password."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.config import settings
from app.auth.models import NewPassword, TokenPurpose, UserSession
from app.core.errors import InactiveUser, InvalidToken, WrongCredentials
from app.core.mail.addresses import normalize_email
from app.core.security.passwords import verify_password
from app.core.security.signed_tokens import ACCESS, encode_token
from app.users import crud as users_crud
from app.users import service as users_service
from app.users.models import User

SESSION_LIFETIME = timedelta(minutes=settings.ACCESS_TOKEN_EXPIRE_MINUTES)
RESET_LIFETIME = timedelta(minutes=settings.PASSWORD_RESET_EXPIRE_MINUTES)


@dataclass(frozen=True)
class SignedIn:
    user: User
    access_token: str


def address_of(username: str) -> str:
    """The address as it is stored. An invalid one matches no account but takes equally long, to prevent enumeration."""
    try:
        return normalize_email(username)
    except ValueError:
        return ""


async def sign_in(*, session: AsyncSession, email: str, password: str) -> SignedIn:
    """Create a session and its access token. `email` is in the form of `normalize_email`.

    Raises `WrongCredentials` (after the same time whether or not the account exists), or `InactiveUser` if the password
    is correct.
    """
    user = await users_crud.get_user_by_email(session=session, email=email)
    while True:
        password_hash = user.hashed_password if user else None
        await session.rollback()  # no connection is held while hashing
        valid, updated_hash = await verify_password(password, password_hash)
        if not valid:
            raise WrongCredentials("Incorrect email or password")
        user = await users_crud.get_user_by_email(session=session, email=email, for_update=True)
        if user and user.hashed_password == password_hash:
            break
        # While this sign-in was hashing, the password changed or another sign-in upgraded its hash: verify again.

    if not user.is_active:
        raise InactiveUser("Inactive user")
    if updated_hash is not None:
        user.hashed_password = updated_hash
    user_session = await crud.create_session(session=session, user_id=user.id, lifetime=SESSION_LIFETIME)
    return SignedIn(user, access_token(user_session))


def access_token(user_session: UserSession) -> str:
    claims = {"sub": str(user_session.user_id), "sid": str(user_session.id)}
    return encode_token(ACCESS, claims, user_session.expires_at)


async def reset_password(*, session: AsyncSession, body: NewPassword) -> None:
    """Set a new password. Raises `InvalidToken`, or `Invalid` for a weak password; the token then stays usable."""
    purpose = TokenPurpose.RESET_PASSWORD
    found = await crud.find_one_time_token(session=session, token=body.token, purpose=purpose)
    if found is None:
        raise InvalidToken("Invalid token")
    user_id, email = found
    hashed_password = await users_service.hash_new_password(
        session=session, password=body.new_password, email=email, field="new_password"
    )
    # Always lock users before their tokens, so that two requests cannot deadlock.
    user = await users_crud.find_user(session=session, user_id=user_id, for_update=True)
    used = await crud.use_one_time_token(session=session, token=body.token, purpose=purpose)
    if user is None or not user.is_active or user.email != email or not used:
        raise InvalidToken("Invalid token")
    await users_service.set_password_hash(session=session, user=user, hashed_password=hashed_password)
