"""Use cases: signing in, and proving again who one is. Features can bring a further proof (`challenges.py`)."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, jobs, mails, new_sessions, service, sign_ups
from app.auth.challenges import ChallengeKind, find_kind, kinds_of
from app.auth.config import settings
from app.auth.devices import Client, device_name
from app.auth.known_devices import KnownDevice, account_of
from app.auth.models import ChallengeAnswer, Reauthentication, SessionPrincipal, TokenPurpose
from app.auth.security_events import SignInPlace
from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.database.statements import AutocommitSession, Row
from app.core.errors import (
    Challenge,
    EmailNotVerified,
    FieldError,
    InactiveUser,
    InvalidToken,
    MfaRequired,
    NotAuthenticated,
    WrongAnswer,
    WrongCredentials,
)
from app.core.jobs import enqueue
from app.core.limits.failures import FREE_FROM_ANYWHERE, begin_attempt, own_password, succeeded
from app.core.limits.network import network_of
from app.core.request_context import request_client
from app.core.security.passwords import place_in_queue, verify_password
from app.core.settings import settings as core_settings
from app.users import crud as users_crud
from app.users.config import settings as users_settings
from app.users.models import User, UserPublic

CHALLENGE_LIFETIME = timedelta(minutes=5)
_OVER = "This confirmation has expired. Start again."

Attempts = tuple[str, int]
"""What wrong passwords count for, and how many of them are free."""


@dataclass(frozen=True)
class SignedIn:
    user: Row[UserPublic] | User
    tokens: service.Tokens


@dataclass(frozen=True)
class Credentials:
    """What was verified, to compare with what is stored when it counts."""

    user_id: uuid.UUID
    email: str
    password_hash: str

    @classmethod
    def of(cls, user: User) -> "Credentials":
        return cls(user.id, user.email, user.hashed_password)


async def sign_in(
    *,
    session: AutocommitSession,
    email: str,
    password: str,
    client: Client,
    purpose: TokenPurpose,
    device: KnownDevice | None = None,
    offline: bool = True,
) -> SignedIn | Challenge:
    """Create a session and its tokens, or a challenge of `purpose` if the user has set up a further proof.

    `email` is from `login_names.address_of`. With `offline` the session has a refresh token; without, it ends with
    its access token.

    No connection is held while hashing, so the user can change in that time: the session is created only for the hash
    that was verified.

    Raises `TooManyRequests` after too many wrong passwords, `WrongCredentials` (after the same time whether or not the
    account exists), or `InactiveUser` or `EmailNotVerified` if the password is correct.
    """
    result: SignedIn | Challenge | None = None
    place = _place(device, purpose)
    while result is None:
        try:
            user, password_hash, upgraded = await _verify(session, email, password, _attempts(email, device))
        except WrongCredentials:
            await _note_failure(email, client)
            raise
        if not user["is_active"]:
            raise InactiveUser("Inactive user")
        # None if the user has changed in the meantime, or another sign-in has upgraded the hash: verify again.
        credentials = Credentials(user["id"], email, password_hash)
        if kinds := await kinds_of(session=session, user_id=user["id"]):
            result = await _challenge(kinds, credentials, purpose)
        elif created := await _begin_session(session, credentials, client, place, offline):
            result = SignedIn(user, created.tokens())
    if upgraded is not None:
        await users_crud.upgrade_hash(session=session, user=user, outdated=password_hash, upgraded=upgraded)
    return result


def completed(result: SignedIn | Challenge) -> SignedIn:
    """Raises `MfaRequired` for a challenge."""
    if isinstance(result, Challenge):
        raise MfaRequired(result)
    return result


async def complete_sign_in(
    *,
    session: AsyncSession,
    answer: ChallengeAnswer,
    client: Client,
    purpose: TokenPurpose,
    device: KnownDevice | None = None,
    offline: bool = True,
) -> SignedIn:
    """Create the session that a challenge stands before; `offline` as in `sign_in`.

    `device` is known only if it has signed in to the user's address. Raises `InvalidToken` or `WrongAnswer`.
    """
    user = await _complete_challenge(session, answer, purpose)
    created = await service.new_session(user.id, client, offline=offline)
    if device is not None and device.account != account_of(user.email):
        device = None
    kind = await new_sessions.create_session(
        session=session,
        created=created.user_session,
        refresh_token=created.refresh_token,
        place=_place(device, purpose),
        email=user.email,
        password_hash=user.hashed_password,
    )
    if kind == "sign_in_new_device":
        await mails.queue_new_sign_in(session, created.user_session, user.email)
    if settings.SINGLE_SESSION:
        await crud.end_sessions(session=session, user_id=user.id, kept_session_id=created.user_session.id)
    return SignedIn(user, created.tokens())


async def reauthenticate(*, session: AutocommitSession, principal: SessionPrincipal, body: Reauthentication) -> None:
    """Store that the session's user has just proved who they are. Costs as much as `sign_in`, with the same bounds.

    Raises `TooManyRequests`, `WrongCredentials`, and `MfaRequired` if the user has set up a further proof. Then, for
    its answer, raises `InvalidToken` or `WrongAnswer`. Raises `NotAuthenticated` if the session has ended.
    """
    if body.challenge is not None:
        async with transaction() as own:
            user = await _complete_challenge(own, body.challenge, TokenPurpose.REAUTHENTICATE)
            credentials = Credentials.of(user)
        if user.id != principal.id:
            raise InvalidToken(_OVER)
    else:
        attempts = [own_password(principal.id)]
        _, password_hash, _ = await _verify(session, principal.email, body.password or "", attempts, field="password")
        credentials = Credentials(principal.id, principal.email, password_hash)
        if kinds := await kinds_of(session=session, user_id=principal.id):
            if challenge := await _challenge(kinds, credentials, TokenPurpose.REAUTHENTICATE):
                raise MfaRequired(challenge)
            raise NotAuthenticated
    if not await new_sessions.renew_authentication(
        session=session, session_id=principal.session_id, **asdict(credentials)
    ):
        raise NotAuthenticated


async def _verify(
    session: AutocommitSession, email: str, password: str, attempts: Sequence[Attempts], field: str | None = None
) -> tuple[Row[UserPublic], str, str | None]:
    """Return the user, the hash that the password matches, and a new hash if that one is outdated."""
    with place_in_queue():
        await begin_attempt(*attempts)
        found = await users_crud.read_credentials(session=session, email=email)
        # Also for an address that has an account, so that both take equally long.
        waiting = (
            await sign_ups.read_latest_password(session=session, email=email)
            if users_settings.requires_verification
            else None
        )
    valid, upgraded = await verify_password(password, found[1] if found else waiting)
    if valid:
        await succeeded(*attempts)
        if found is None:
            raise EmailNotVerified("Your email address is not verified. Follow the link that we mailed you.")
        return *found, upgraded
    if field is None:
        raise WrongCredentials("Incorrect email or password")
    message = "Incorrect password"
    raise WrongCredentials(message, errors=[FieldError(code="incorrect", message=message, field=field)])


def _attempts(email: str, device: KnownDevice | None) -> list[Attempts]:
    """Return the keys of an attempt to sign in, each with its number of free failures.

    A device that has signed in to this account counts for itself. Others count for the account by network, so that a
    stranger's failures leave the owner's network open, and together for the account in all networks.
    """
    account, free = account_of(email), core_settings.FAILED_SIGN_INS
    if device is not None and device.account == account:
        return [(f"device:{device.id}:{account}", free)]
    network = network_of(request_client())
    return [(f"account:{account}:{network}", free), (f"account:{account}", FREE_FROM_ANYWHERE)]


async def _challenge(
    kinds: Sequence[ChallengeKind], credentials: Credentials, purpose: TokenPurpose
) -> Challenge | None:
    """Start a challenge. Return None if the user has changed since the password was verified."""
    user_id = credentials.user_id
    async with transaction() as session:
        user = await users_crud.find_user(session=session, user_id=user_id, for_update=True)
        if user is None or not user.is_active or Credentials.of(user) != credentials:
            return None
        token = await crud.create_one_time_token(
            session=session, user_id=user_id, email=user.email, purpose=purpose, lifetime=CHALLENGE_LIFETIME
        )
        started = {kind.name: await kind.start(session=session, user_id=user_id, token=token) for kind in kinds}
        return Challenge(token=token, kinds=started)


async def _complete_challenge(session: AsyncSession, answer: ChallengeAnswer, purpose: TokenPurpose) -> User:
    """Return the user, locked, whose challenge this answers. It is then used up."""
    found = await crud.find_one_time_token(session=session, token=answer.token, purpose=purpose)
    kind = find_kind(answer.kind)
    if found is None or kind is None:
        raise InvalidToken(_OVER)
    user_id, email = found
    user = await users_crud.find_user(session=session, user_id=user_id, for_update=True)
    if user is None or not user.is_active or user.email != email:
        raise InvalidToken(_OVER)
    is_right = await kind.is_right(session=session, user_id=user_id, token=answer.token, answer=answer.answer)
    if not is_right:
        message = "This is not correct. Try again."
        raise WrongAnswer(message, errors=[FieldError(code="incorrect", message=message, field="answer")])
    if not await crud.use_one_time_token(session=session, token=answer.token, purpose=purpose):
        raise InvalidToken(_OVER)
    return user


def _place(device: KnownDevice | None, purpose: TokenPurpose) -> SignInPlace:
    network = network_of(request_client())
    return SignInPlace(network, device is not None, is_program=purpose is TokenPurpose.ACCESS_TOKEN)


async def _note_failure(email: str, client: Client) -> None:
    """Let the worker find out whether the address has an account: here, that would take longer if it has."""
    device = await asyncio.to_thread(device_name, client)
    async with transaction() as session:
        await enqueue(
            session,
            jobs.record_failed_sign_in,
            email=email,
            device=device,
            ip=client.address,
            at=utc_now().isoformat(),
        )


async def _begin_session(
    session: AutocommitSession, credentials: Credentials, client: Client, place: SignInPlace, offline: bool
) -> service.NewSession | None:
    created = await service.new_session(credentials.user_id, client, offline=offline)
    kind = await new_sessions.create_session(
        session=session,
        created=created.user_session,
        refresh_token=created.refresh_token,
        place=place,
        email=credentials.email,
        password_hash=credentials.password_hash,
    )
    if kind is None:
        return None
    if kind == "sign_in_new_device":
        async with transaction() as own:
            await mails.queue_new_sign_in(own, created.user_session, credentials.email)
    if settings.SINGLE_SESSION:
        await crud.end_older_sessions(session=session, user_id=credentials.user_id)
    return created
