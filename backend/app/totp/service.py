"""Use cases: setting up an app, replacing and using what proves the user, trusting a browser."""

import secrets
import uuid
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.factors import factors_changed
from app.auth.models import SessionPrincipal
from app.auth.security_events import record_event
from app.core.errors import Conflict, Invalid, NotFound
from app.core.mail.outbox import queue_mail
from app.core.security.encryption import decrypt, encrypt
from app.totp import codes, crud, mails, trusted_devices
from app.totp.config import settings
from app.totp.models import RecoveryCodes, TotpSetup

KIND = "totp"
_NOT_ON = "You have no authenticator app. Set one up first."


async def start_setup(*, session: AsyncSession, user: SessionPrincipal) -> TotpSetup:
    """Create a secret of a locked user, instead of one that was not confirmed. Raises `Conflict` if one is."""
    secret = codes.new_secret()
    encrypted = encrypt(secret.encode(), purpose=KIND, row=str(user.id))
    if not await crud.store_unconfirmed(session=session, user_id=user.id, encrypted=encrypted):
        raise Conflict("You already have an authenticator app. Turn it off before you set up another one.")
    uri = codes.uri_of(secret, user.email)
    return TotpSetup(secret=secret, uri=uri, qr_code=codes.qr_code_of(uri))


async def confirm_setup(*, session: AsyncSession, user: SessionPrincipal, code: str) -> RecoveryCodes:
    """From now on, signing in needs a code. Raises `Conflict` if there is nothing to confirm, or `Invalid`."""
    stored = await crud.find_secret(session=session, user_id=user.id)
    if stored is None or stored.confirmed_at is not None:
        raise Conflict("There is no authenticator app to confirm. Start the setup again.")
    counter = _counter_of(user.id, stored.encrypted_secret, code)
    if counter is None or not await crud.use_counter(session=session, user_id=user.id, counter=counter, confirm=True):
        raise Invalid("code", "This code is not correct. Enter the newest code of your app.", code="incorrect")
    created = await _replace_codes(session, user.id)
    await factors_changed(
        session=session, user_id=user.id, event="totp_turned_on", kept_session_id=user.session_id, proven=KIND
    )
    await _notify(session, user.id, user.email, "turned_on")
    return created


async def replace_recovery_codes(*, session: AsyncSession, user: SessionPrincipal) -> RecoveryCodes:
    """The earlier codes of the locked user no longer work. Raises `Conflict` without an app."""
    stored = await crud.find_secret(session=session, user_id=user.id)
    if stored is None or stored.confirmed_at is None:
        raise Conflict(_NOT_ON)
    created = await _replace_codes(session, user.id)
    await record_event(session=session, user_id=user.id, kind="recovery_codes_replaced")
    await _notify(session, user.id, user.email, "codes_replaced")
    return created


async def turn_off(*, session: AsyncSession, user: SessionPrincipal) -> None:
    """Raises `Conflict` without an app."""
    if not await crud.delete_secret(session=session, user_id=user.id):
        raise Conflict(_NOT_ON)
    await factors_changed(session=session, user_id=user.id, event="totp_turned_off", kept_session_id=user.session_id)
    await _notify(session, user.id, user.email, "turned_off")


async def reset(*, session: AsyncSession, user_id: uuid.UUID, email: str, reason: str) -> None:
    """A superuser removes the app of a locked user, who has lost it. Ends all sessions. Raises `NotFound`."""
    if not await crud.delete_secret(session=session, user_id=user_id):
        raise NotFound("This user has no authenticator app")
    await factors_changed(session=session, user_id=user_id, event="totp_reset", details={"reason": reason})
    await _notify(session, user_id, email, "reset")


async def is_right_code(*, session: AsyncSession, user_id: uuid.UUID, code: str) -> bool:
    """Check a code of the app, which then is used up."""
    stored = await crud.find_secret(session=session, user_id=user_id)
    if stored is None or (counter := _counter_of(user_id, stored.encrypted_secret, code)) is None:
        return False
    return await crud.use_counter(session=session, user_id=user_id, counter=counter)


async def is_right_recovery_code(*, session: AsyncSession, user_id: uuid.UUID, email: str, code: str) -> bool:
    """Check a recovery code, which then is used up. The user is notified."""
    if not await crud.use_recovery_code(session=session, user_id=user_id, code=code):
        return False
    left = await crud.count_recovery_codes(session=session, user_id=user_id)
    await record_event(session=session, user_id=user_id, kind="recovery_code_used", details={"left": left})
    await _notify(session, user_id, email, "code_used", left)
    return True


async def trust_device(*, session: AsyncSession, user: SessionPrincipal, presented: bytes | None) -> str:
    """Return the secret for the cookie of the session's browser. Raises `Conflict` if nothing needs it."""
    stored = await crud.find_secret(session=session, user_id=user.id)
    if stored is None or stored.confirmed_at is None:
        raise Conflict(_NOT_ON)
    if not settings.TOTP_TRUSTED_DEVICE_DAYS:
        raise Conflict("Devices cannot be trusted here. Enter a code at each sign-in.")
    secret = secrets.token_urlsafe(32)
    await trusted_devices.create_device(
        session=session,
        user_id=user.id,
        session_id=user.session_id,
        secret=secret,
        lifetime=timedelta(days=settings.TOTP_TRUSTED_DEVICE_DAYS),
        presented=presented,
    )
    await record_event(session=session, user_id=user.id, kind="device_trusted")
    return secret


async def remove_device(*, session: AsyncSession, user: SessionPrincipal, device_id: uuid.UUID) -> None:
    """Raises `NotFound`, also for a device of another user."""
    device = await trusted_devices.delete_device(session=session, user_id=user.id, device_id=device_id)
    await record_event(session=session, user_id=user.id, kind="trusted_device_removed", details={"name": device})


def _counter_of(user_id: uuid.UUID, encrypted: bytes, code: str) -> int | None:
    """Return None for a wrong code, and if `SECRET_KEY` has changed since the setup."""
    secret = decrypt(encrypted, purpose=KIND, row=str(user_id))
    return codes.counter_of(secret.decode(), code) if secret else None


async def _replace_codes(session: AsyncSession, user_id: uuid.UUID) -> RecoveryCodes:
    created = codes.new_recovery_codes()
    await crud.replace_recovery_codes(session=session, user_id=user_id, codes=created)
    return RecoveryCodes(codes=created)


async def _notify(session: AsyncSession, user_id: uuid.UUID, email: str, what: str, left: int = 0) -> None:
    context = {"what": what, "left": left}
    await queue_mail(session, mails.totp_changed, recipient_id=user_id, address=email, context=context)
