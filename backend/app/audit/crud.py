"""Queries of the audit log."""

from sqlalchemy import DateTime, bindparam, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEvent, AuditEventPublic, AuditEventsFilter, AuditEventsParams, AuditEventsPublic
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.lists.paged_list import PagedList, WholeList
from app.core.story import MAX_EVENTS
from app.users.models import User

_columns = [
    col(User.email).label("user_email") if name == "user_email" else getattr(AuditEvent, name)
    for name in AuditEventPublic.model_fields
]
_EVENTS = PagedList(
    select(*_columns).select_from(AuditEvent).outerjoin(User, col(User.id) == AuditEvent.user_id),
    id_column=AuditEvent.id,
    sort_keys={"created_at": col(AuditEvent.created_at)},
    searched=(AuditEvent.action, AuditEvent.record_id, AuditEvent.request_id, AuditEvent.client, User.email),
    filters={
        "action": col(AuditEvent.action) == bindparam("action"),
        "user_id": col(AuditEvent.user_id) == bindparam("user_id"),
        "record_id": col(AuditEvent.record_id) == bindparam("record_id"),
        "request_id": col(AuditEvent.request_id) == bindparam("request_id"),
        "since": col(AuditEvent.created_at) >= bindparam("since", type_=DateTime(timezone=True)),
        "until": col(AuditEvent.created_at) < bindparam("until", type_=DateTime(timezone=True)),
    },
    returns=AuditEventsPublic,
)
_OF_REQUEST = Statement(
    select(AuditEvent.created_at, AuditEvent.record_type, AuditEvent.action, AuditEvent.id)
    .where(AuditEvent.request_id == bindparam("request_id"))
    .limit(MAX_EVENTS)
)
_DELETE_EXPIRED = text("SELECT delete_expired_audit_events()")


async def read_audit_events(*, session: AutocommitSession, params: AuditEventsParams) -> Row[AuditEventsPublic]:
    """Return `AuditEventsPublic`: one page of the log."""
    return await _EVENTS.page(session, params)


async def read_all_audit_events(*, session: AutocommitSession, params: AuditEventsFilter) -> WholeList:
    return await _EVENTS.whole(session, params)


async def read_events_of_request(*, session: AutocommitSession, request_id: str) -> list[Row]:
    """Return the events that a request caused, in no order."""
    return await session.all(_OF_REQUEST, request_id=request_id)


async def delete_expired_events(*, session: AsyncSession) -> int:
    """Delete up to 10,000 events that are older than the retention. Returns how many it deleted."""
    connection = await session.connection()
    return int((await connection.execute(_DELETE_EXPIRED)).scalar_one())
