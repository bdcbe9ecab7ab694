"""Queries for security events: what happened to a user's account, for the user and for superusers."""

import uuid
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CTE, Boolean, Insert, String, Uuid, and_, bindparam, case, cast, exists, literal, or_, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import aliased
from sqlmodel import col, not_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.event_models import (
    SIGN_INS,
    SecurityEvent,
    SecurityEventPublic,
    SecurityEventsParams,
    SecurityEventsPublic,
)
from app.auth.models import Principal, UserSession
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row
from app.core.ids import new_id
from app.core.lists.paged_list import PagedList
from app.core.models import columns
from app.core.request_context import current_request
from app.users.models import User

_BATCH = 10_000  # of the function in the database
_SERIES = timedelta(hours=1)
"""Failed sign-ins of a user within this time are one event, so that a stranger cannot fill the table."""

_EVENTS = PagedList(
    select(*columns(SecurityEvent, SecurityEventPublic)),
    id_column=SecurityEvent.id,
    sort_keys={"at": None},
    searched=(col(SecurityEvent.device), col(SecurityEvent.ip)),
    filters={"kind": col(SecurityEvent.kind) == bindparam("kind")},
    scope={"user_id": col(SecurityEvent.user_id) == bindparam("user_id")},
    returns=SecurityEventsPublic,
)
_earlier = aliased(SecurityEvent)


class SignInPlace(NamedTuple):
    """From where a user signs in, compared with earlier sign-ins."""

    network: str
    is_known_device: bool
    """Whether its cookie says that it has signed in to the account before."""
    is_program: bool
    """It has no cookie: a new pair of device and network counts as a new device."""


async def read_security_events(
    *, session: AutocommitSession, params: SecurityEventsParams, user_id: uuid.UUID
) -> Row[SecurityEventsPublic]:
    """Return `SecurityEventsPublic`: one page of the user's events."""
    return await _EVENTS.page(session, params, user_id=user_id)


def sign_in_event(created: CTE) -> Insert:
    """Return the statement that stores the event of a session's insertion, and returns its kind.

    It is part of the same statement, so that signing in costs no further one. A first sign-in is not a new device.
    Parameters: `event_id`, and the fields of `SignInPlace`.
    """
    of_user = select(_earlier.id).where(
        _earlier.user_id == created.c.user_id, or_(*(col(_earlier.kind) == kind for kind in SIGN_INS))
    )
    same_place = of_user.where(
        col(_earlier.device).is_not_distinct_from(created.c.device),
        _earlier.network == bindparam("network", type_=String),
    )
    is_known = bindparam("is_known_device", type_=Boolean)
    is_familiar = and_(bindparam("is_program", type_=Boolean), exists(same_place))
    is_new = and_(not_(is_known), exists(of_user), not_(is_familiar))
    values = {
        "id": bindparam("event_id", type_=Uuid),
        "user_id": created.c.user_id,
        "at": created.c.created_at,
        "kind": case((is_new, literal("sign_in_new_device")), else_=literal("sign_in")),
        "session_id": created.c.id,
        "device": created.c.device,
        "ip": created.c.ip,
        "network": bindparam("network", type_=String),
        "details": cast(text("'{}'"), JSONB),
    }
    return insert(SecurityEvent).from_select([*values], select(*values.values())).returning(col(SecurityEvent.kind))


async def record_event(
    *, session: AsyncSession, user_id: uuid.UUID, kind: str, details: dict[str, Any] | None = None
) -> None:
    """Store an event of the current request, with the device of the user's session.

    A superuser's own device and address are not the user's business, only that it was a superuser.
    """
    request = current_request.get()
    caller = request.caller if request and isinstance(request.caller, Principal) else None
    values: dict[str, Any] = {"id": new_id(), "user_id": user_id, "at": utc_now(), "kind": kind}
    if caller is not None and caller.id != user_id:
        details = {**(details or {}), "by": "superuser"}
    elif request is not None:
        session_id = caller.session_id if caller else None
        device = select(UserSession.device).where(UserSession.id == session_id).scalar_subquery()
        values |= {"ip": (request.client or "")[:64] or None, "session_id": session_id, "device": device}
    await session.exec(insert(SecurityEvent).values(**values, details=details or {}))


async def record_failed_sign_in(
    *, session: AsyncSession, email: str, device: str | None, ip: str | None, at: datetime
) -> None:
    """Store a failed sign-in of the user with this address, unless it belongs to a series that has its event."""
    # Locked, so that concurrent jobs store one event.
    user_id = (await session.exec(select(User.id).where(User.email == email).with_for_update(key_share=True))).first()
    if user_id is None:
        return
    same = select(SecurityEvent.id).where(
        SecurityEvent.user_id == user_id, SecurityEvent.kind == "sign_in_failed", SecurityEvent.at > at - _SERIES
    )
    if (await session.exec(same.limit(1))).first() is None:
        session.add(SecurityEvent(user_id=user_id, at=at, kind="sign_in_failed", device=device, ip=ip))
        await session.flush()


async def has_undone_since(*, session: AsyncSession, user_id: uuid.UUID, since: datetime) -> bool:
    """Return whether a change of the user's address has been undone since then."""
    statement = select(SecurityEvent.id).where(
        SecurityEvent.user_id == user_id, SecurityEvent.kind == "email_change_undone", SecurityEvent.at >= since
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def delete_expired_events(*, session: AsyncSession) -> bool:
    """Delete a batch of events that are older than a year. Return whether there can be more."""
    connection = await session.connection()
    deleted: int = (await connection.execute(text("SELECT delete_expired_security_events()"))).scalar_one()
    return deleted == _BATCH
