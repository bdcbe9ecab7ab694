"""Read the audit log in tests."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEvent


async def all_events(session: AsyncSession) -> Sequence[AuditEvent]:
    """All events, the oldest first."""
    return (await session.exec(select(AuditEvent).order_by(col(AuditEvent.created_at)))).all()


async def events_after(session: AsyncSession, earlier: Sequence[AuditEvent]) -> list[AuditEvent]:
    known = {event.id for event in earlier}
    return [event for event in await all_events(session) if event.id not in known]
