"""Use cases: adding and removing passkeys, and proving who a user is with one."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession
from webauthn.helpers.structs import AuthenticationCredential

from app.auth.factors import factors_changed
from app.auth.models import SessionPrincipal
from app.auth.security_events import record_event
from app.core.clock import utc_now
from app.core.errors import ChallengeExpired, Conflict, Forbidden, Invalid, NotFound
from app.passkeys import ceremonies, crud, mails
from app.passkeys.challenge_tokens import challenge_of, expiry_of, new_token
from app.passkeys.models import Passkey, PasskeyChallenge, PasskeyCreate, PasskeyPublic, PasskeySignIn
from app.users import crud as users_crud
from app.users.models import User

KIND = "passkeys"
MAX_PASSKEYS = 10
_SIGN_IN = "sign-in"


class PasskeyRefused(ChallengeExpired):
    """A passkey proves nothing. The reason is not told, so that nobody learns which passkeys there are."""

    keep_changes = True  # the challenge is used, and a counter that went back is recorded

    def __init__(self) -> None:
        super().__init__()
        self.detail = "This passkey was not accepted. Try again, or sign in in another way."


class PasskeyNotAdded(Invalid):
    keep_changes = True  # the challenge is used

    def __init__(self) -> None:
        super().__init__("credential", "This passkey could not be added. Try again, or use another device.")


async def start_registration(*, session: AsyncSession, user: User, session_id: uuid.UUID) -> PasskeyChallenge:
    """Return what a browser needs to create a passkey. Raises `Conflict` if the user has `MAX_PASSKEYS`."""
    existing = await crud.passkeys_of(session=session, user_id=user.id)
    _require_room(len(existing))
    token = new_token(str(session_id))
    options = ceremonies.creation_options(user=user, challenge=challenge_of(token), existing=existing)
    return PasskeyChallenge(token=token, options=options)


async def add_passkey(*, session: AsyncSession, current: SessionPrincipal, body: PasskeyCreate) -> PasskeyPublic:
    """Add a passkey of the session's user, who is locked. Other sessions end.

    Raises `Conflict` for too many passkeys or if the registration is over, `PasskeyNotAdded`, and `Duplicate` for one
    that any user has already added.
    """
    _require_room(len(await crud.passkeys_of(session=session, user_id=current.id)))
    if not await _use_challenge(session, body.token, str(current.session_id)):
        raise Conflict("Adding this passkey took too long, or began elsewhere. Start again.")
    key = ceremonies.read_registration(text=body.credential, challenge=challenge_of(body.token))
    if key is None:
        raise PasskeyNotAdded
    passkey = Passkey(user_id=current.id, name=body.name, **key._asdict())
    await crud.create_passkey(session=session, passkey=passkey, sign_count=key.sign_count)
    await _changed(session, current.id, "added", {"name": body.name}, current.session_id, proven=KIND)
    return PasskeyPublic.model_validate(passkey, from_attributes=True, update={"last_used_at": None})


async def remove_passkey(*, session: AsyncSession, current: SessionPrincipal, passkey_id: uuid.UUID) -> None:
    """Remove a passkey of the session's user, who is locked. Other sessions end.

    The last one, too: each account has a password. Raises `NotFound`.
    """
    name = await crud.delete_passkey(session=session, user_id=current.id, passkey_id=passkey_id)
    await _changed(session, current.id, "removed", {"name": name}, current.session_id)


async def reset_passkeys(*, session: AsyncSession, user_id: uuid.UUID, by: uuid.UUID, reason: str) -> None:
    """Remove all passkeys of a locked user for a superuser, and end the user's sessions.

    Raises `NotFound` if there are none, and `Forbidden` for the superuser's own, which need a proof.
    """
    if user_id == by:
        raise Forbidden("Remove your own passkeys in the settings")
    if not await crud.delete_passkeys(session=session, user_id=user_id):
        raise NotFound("This user has no passkeys")
    await _changed(session, user_id, "reset", {"reason": reason})


def start_sign_in() -> PasskeyChallenge:
    """Return what a browser needs to sign in with any passkey. It is the same for everybody."""
    token = new_token(_SIGN_IN)
    return PasskeyChallenge(token=token, options=ceremonies.request_options(challenge=challenge_of(token)))


async def identify(*, session: AsyncSession, body: PasskeySignIn) -> User:
    """Return the active user whose passkey has answered a challenge of `start_sign_in`, locked.

    Raises `PasskeyRefused`.
    """
    credential = ceremonies.read_assertion(body.credential)
    if not await _use_challenge(session, body.token, _SIGN_IN) or credential is None:
        raise PasskeyRefused
    owner_id = await crud.find_owner(session=session, credential_id=credential.id)
    if owner_id is None or credential.response.user_handle != owner_id.bytes:
        raise PasskeyRefused
    user = await users_crud.find_user(session=session, user_id=owner_id, for_update=True)
    if user is None or not user.is_active:
        raise PasskeyRefused
    if not await is_proved(session=session, user_id=user.id, credential=credential, challenge=challenge_of(body.token)):
        raise PasskeyRefused
    return user


async def is_proved(
    *, session: AsyncSession, user_id: uuid.UUID, credential: AuthenticationCredential, challenge: bytes
) -> bool:
    """Return whether a passkey of the locked user has signed the challenge. Stores the use of the passkey.

    A counter that does not grow is of a copied device. It is refused, and recorded.
    """
    found = await crud.find_passkey(session=session, user_id=user_id, credential_id=credential.id)
    if found is None or credential.response.user_handle not in (None, user_id.bytes):
        return False
    passkey, use = found
    verified = ceremonies.verify_assertion(credential=credential, challenge=challenge, public_key=passkey.public_key)
    if verified is None:
        return False
    if (verified.new_sign_count or use.sign_count) and verified.new_sign_count <= use.sign_count:
        kind, details = "passkey_counter_regressed", {"name": passkey.name}
        await record_event(session=session, user_id=user_id, kind=kind, details=details)
        return False
    use.sign_count, use.last_used_at = verified.new_sign_count, utc_now()
    await session.flush()
    return True


def _require_room(count: int) -> None:
    if count >= MAX_PASSKEYS:
        raise Conflict(f"You have {MAX_PASSKEYS} passkeys, the maximum. Remove one that you no longer use.")


async def _use_challenge(session: AsyncSession, token: str, context: str) -> bool:
    expires_at = expiry_of(token, context)
    return expires_at is not None and await crud.use_challenge(session=session, token=token, expires_at=expires_at)


async def _changed(
    session: AsyncSession,
    user_id: uuid.UUID,
    change: mails.Change,
    details: dict[str, str],
    kept_session_id: uuid.UUID | None = None,
    proven: str | None = None,
) -> None:
    event = "passkeys_reset" if change == "reset" else f"passkey_{change}"
    await factors_changed(
        session=session,
        user_id=user_id,
        event=event,
        kept_session_id=kept_session_id,
        proven=proven,
        details=details,
    )
    await mails.queue_passkeys_changed(session, user_id, change)
