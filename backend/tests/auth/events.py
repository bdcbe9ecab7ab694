"""Security events in tests: those of a user, oldest first."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.event_models import SecurityEvent
from app.users.models import User


async def events_of(session: AsyncSession, user: User) -> list[SecurityEvent]:
    session.expunge_all()
    statement = select(SecurityEvent).where(SecurityEvent.user_id == user.id).order_by(col(SecurityEvent.id))
    return list((await session.exec(statement)).all())


async def kinds_of(session: AsyncSession, user: User) -> list[str]:
    return [event.kind for event in await events_of(session, user)]
