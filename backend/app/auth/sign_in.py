"""Use cases: signing in, with a further proof if a feature brings one (`challenges.py`)."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, jobs, mails, new_sessions, service, sign_ups
from app.auth.answers import Credentials, complete_challenge, start_challenge
from app.auth.challenge_models import ChallengeAnswer
from app.auth.challenges import kinds_of
from app.auth.config import settings
from app.auth.devices import Client, device_name
from app.auth.known_devices import KnownDevice, account_of
from app.auth.models import TokenPurpose
from app.auth.security_events import SignInPlace
from app.core.addresses import normalize_email
from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.database.statements import AutocommitSession, Row
from app.core.errors import (
    Challenge,
    EmailNotVerified,
    FieldError,
    InactiveUser,
    MfaRequired,
    WrongCredentials,
)
from app.core.jobs import enqueue
from app.core.limits.failures import FREE_FROM_ANYWHERE, begin_attempt, succeeded
from app.core.limits.network import network_of
from app.core.request_context import request_client
from app.core.security.passwords import place_in_queue, verify_password
from app.core.settings import settings as core_settings
from app.users import crud as users_crud
from app.users.config import settings as users_settings
from app.users.models import User, UserPublic

Attempts = tuple[str, int]
"""What wrong passwords count for, and how many of them are free."""
Exempt = Callable[[uuid.UUID], Awaitable[bool]]


@dataclass(frozen=True)
class SignedIn:
    user: Row[UserPublic] | User
    tokens: service.Tokens


def address_of(username: str) -> str:
    """The address as it is stored. An invalid one matches no account but takes equally long, to prevent enumeration."""
    try:
        return normalize_email(username)
    except ValueError:
        return ""


async def sign_in(
    *,
    session: AutocommitSession,
    email: str,
    password: str,
    client: Client,
    purpose: TokenPurpose,
    device: KnownDevice | None = None,
    exempt: Exempt | None = None,
    offline: bool = True,
) -> SignedIn | Challenge:
    """Create a session and its tokens, or a challenge of `purpose` if the user has set up a further proof.

    `email` is normalized. `exempt` says whether a user's browser needs no further proof. With `offline` the session
    has a refresh token; without, it ends with its access token.

    No connection is held while hashing, so the user can change in that time: the session counts only for the hash that
    was verified, and only if no factor was set up. Raises `TooManyRequests` after too many wrong passwords,
    `WrongCredentials` (after the same time whether or not the account exists), or `InactiveUser` or `EmailNotVerified`
    if the password is correct.
    """
    result: SignedIn | Challenge | None = None
    while result is None:
        user, password_hash, upgraded = await _verify_sign_in(session, email, password, client, device)
        # None if the user has changed in the meantime, or another sign-in has upgraded the hash: verify again.
        credentials = Credentials(user["id"], email, password_hash)
        kinds = await kinds_of(session=session, user_id=user["id"])
        if kinds and not (exempt and await exempt(user["id"])):
            result = await start_challenge(kinds=kinds, user_id=user["id"], purpose=purpose, verified=credentials)
        elif (created := await _begin_session(session, credentials, client, _place(device, purpose), offline)) and (
            kinds or await _has_no_factor_yet(session, created)
        ):
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

    `device` is known only if it has signed in to the user's address. Raises the errors of `complete_challenge`.
    """
    user = await complete_challenge(session, answer, purpose)
    return await begin_session(
        session=session, user=user, factor=answer.kind, client=client, purpose=purpose, device=device, offline=offline
    )


async def begin_session(
    *,
    session: AsyncSession,
    user: User,
    factor: str,
    client: Client,
    purpose: TokenPurpose,
    device: KnownDevice | None = None,
    offline: bool = True,
) -> SignedIn:
    """Create a session of a locked, active user who has just proved `factor`. The other arguments as in `sign_in`."""
    created = await service.new_session(user.id, client, offline=offline, factor=factor)
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


async def _verify_sign_in(
    session: AutocommitSession, email: str, password: str, client: Client, device: KnownDevice | None
) -> tuple[Row[UserPublic], str, str | None]:
    """Return what `verify` returns of an active user, and let a failure be recorded."""
    try:
        verified = await verify(session, email, password, _attempts(email, device))
    except WrongCredentials:
        await _note_failure(email, client)
        raise
    if not verified[0]["is_active"]:
        raise InactiveUser("Inactive user")
    return verified


async def verify(
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


async def _has_no_factor_yet(session: AutocommitSession, created: service.NewSession) -> bool:
    """Return whether a new session counts. Otherwise its user has set up a factor just before it, and it is ended."""
    if not await kinds_of(session=session, user_id=created.user_session.user_id):
        return True
    async with transaction() as own:
        await crud.end_session(session=own, session_id=created.user_session.id)
    return False


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
