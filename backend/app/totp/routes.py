"""The authenticator app of the signed-in user, and of any user for superusers."""

import uuid

from fastapi import APIRouter, Request, Response

from app.auth.cookies import set_cookie
from app.auth.deps import (
    CurrentSession,
    CurrentSuperuser,
    FactorSession,
    before_factor_setup,
    confirm,
)
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import Conflict, Invalid, NotFound
from app.core.http.openapi import problems
from app.core.http.responses import respond
from app.core.models import Message
from app.totp import crud, service, trusted_devices
from app.totp.config import settings
from app.totp.models import (
    OwnTotpStatus,
    RecoveryCodes,
    TotpCode,
    TotpReset,
    TotpSetup,
    TotpStatus,
    TrustedDevicesPublic,
)
from app.users import crud as users_crud

router = APIRouter(tags=["totp"])
_DAY = 24 * 3600


@router.get("/totp/", response_model=OwnTotpStatus)
@before_factor_setup
async def read_totp(session: AutocommitDep, current_session: CurrentSession) -> Response:
    """Whether you have an authenticator app, and how many recovery codes are left."""
    status = await crud.read_status(session=session, user_id=current_session.id)
    return respond(OwnTotpStatus, OwnTotpStatus(**status, trusted_device_days=settings.TOTP_TRUSTED_DEVICE_DAYS))


@router.post("/totp/setup", responses=problems(Conflict))
@before_factor_setup
async def set_up_totp(session: SessionDep, current_session: FactorSession) -> TotpSetup:
    """Get a secret for an authenticator app. It counts after `POST /totp/confirm`. A further call replaces it."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    return await service.start_setup(session=session, user=current_session)


@router.post("/totp/confirm", responses=problems(Conflict, Invalid))
@before_factor_setup
async def confirm_totp(session: SessionDep, current_session: FactorSession, body: TotpCode) -> RecoveryCodes:
    """Turn the app on with its first code. Your other sessions end. Only this response has the recovery codes."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    return await service.confirm_setup(session=session, user=current_session, code=body.code)


@router.post("/totp/recovery-codes", responses=problems(Conflict))
async def replace_recovery_codes(session: SessionDep, current_session: FactorSession) -> RecoveryCodes:
    """Get new recovery codes. The earlier ones no longer work. Only this response has them."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    return await service.replace_recovery_codes(session=session, user=current_session)


@router.delete("/totp/", responses=problems(Conflict))
async def turn_off_totp(session: SessionDep, current_session: FactorSession) -> Message:
    """Turn the app off. Deletes its recovery codes, and ends your other sessions and the trust in your browsers."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    await service.turn_off(session=session, user=current_session)
    return Message(message="Authenticator app turned off")


@router.get("/totp/devices/", response_model=TrustedDevicesPublic)
async def read_trusted_devices(session: AutocommitDep, request: Request, current_session: CurrentSession) -> Response:
    """List the browsers that need no code when you sign in."""
    presented = trusted_devices.presented_hash(request)
    page = await trusted_devices.read_devices(session=session, user_id=current_session.id, presented=presented)
    return respond(TrustedDevicesPublic, page)


@router.post("/totp/devices/", responses=problems(Conflict))
async def trust_device(
    session: SessionDep, request: Request, response: Response, current_session: FactorSession
) -> Message:
    """Trust this browser: signing in needs no code here for the next days. Sets a cookie."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    presented = trusted_devices.presented_hash(request)
    secret = await service.trust_device(session=session, user=current_session, presented=presented)
    set_cookie(response, trusted_devices.COOKIE_NAME, secret, settings.TOTP_TRUSTED_DEVICE_DAYS * _DAY)
    return Message(message="This device is trusted")


@router.delete("/totp/devices/{device_id}", responses=problems(NotFound))
async def remove_trusted_device(session: SessionDep, current_session: CurrentSession, device_id: uuid.UUID) -> Message:
    """Stop trusting a browser."""
    await confirm(current_session)(session=session, user_ids=[current_session.id])
    await service.remove_device(session=session, user=current_session, device_id=device_id)
    return Message(message="The device is no longer trusted")


@router.get("/users/{user_id}/totp/", response_model=TotpStatus, responses=problems(NotFound))
async def read_totp_of_user(session: AutocommitDep, _: CurrentSuperuser, user_id: uuid.UUID) -> Response:
    """Whether a user has an authenticator app, and how many recovery codes are left."""
    await users_crud.read_user(session=session, user_id=user_id)
    return respond(TotpStatus, await crud.read_status(session=session, user_id=user_id))


@router.post("/users/{user_id}/totp/reset", responses=problems(NotFound))
async def reset_totp_of_user(
    session: SessionDep,
    current_session: FactorSession,
    _: CurrentSuperuser,
    user_id: uuid.UUID,
    body: TotpReset,
) -> Message:
    """Remove the authenticator app of a user who has lost it. Notifies the user and ends their sessions."""
    user = await users_crud.lock_user(session=session, user_id=user_id, lock=confirm(current_session))
    await service.reset(session=session, user_id=user.id, email=user.email, reason=body.reason)
    return Message(message="Authenticator app removed")
