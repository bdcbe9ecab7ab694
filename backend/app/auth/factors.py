"""Use case of features that bring second factors: a factor changes, and ends what earlier ones allowed."""

import uuid
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.events import FactorsChanged
from app.auth.models import UserSession
from app.auth.security_events import record_event
from app.core.clock import utc_now
from app.core.events import emit


async def factors_changed(
    *,
    session: AsyncSession,
    user_id: uuid.UUID,
    event: str,
    kept_session_id: uuid.UUID | None = None,
    proven: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """End what a locked user's earlier factors allowed: challenges, trusted devices, and sessions except the kept one.

    Call it in the transaction that adds, replaces or removes a factor. `event` is the kind of the security event.
    `proven` is the factor that the kept session has just been proved with.
    """
    await crud.end_sessions(session=session, user_id=user_id, kept_session_id=kept_session_id)
    await crud.end_challenges(session=session, user_id=user_id)
    if kept_session_id is not None:
        kept = update(UserSession).where(col(UserSession.id) == kept_session_id)
        proof = {"factor": proven, "authenticated_at": utc_now()} if proven else {"factor": None}
        await session.exec(kept.values(**proof))
    await record_event(session=session, user_id=user_id, kind=event, details=details)
    await emit(session, FactorsChanged(user_id))
