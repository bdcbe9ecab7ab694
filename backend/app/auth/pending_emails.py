"""Queries for addresses that wait for their confirmation."""

import uuid
from datetime import timedelta

from sqlalchemy import and_, bindparam, delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.config import settings
from app.auth.email_change_models import EmailChange, OwnEmail
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import NotFound
from app.users.models import User

LIFETIME = timedelta(hours=settings.EMAIL_VERIFICATION_EXPIRE_HOURS)
_OWN_EMAIL = Statement(
    select(
        col(User.email),
        col(EmailChange.email).label("pending_email"),
        col(EmailChange.expires_at).label("pending_until"),
    )
    .select_from(User)
    .outerjoin(EmailChange, and_(col(EmailChange.user_id) == User.id, col(EmailChange.expires_at) > bindparam("now")))
    .where(User.id == bindparam("user_id")),
    returns=OwnEmail,
)


async def read_own_email(*, session: AutocommitSession, user_id: uuid.UUID) -> Row[OwnEmail]:
    """Return `OwnEmail`. Raises `NotFound`."""
    row = await session.first(_OWN_EMAIL, user_id=user_id, now=utc_now())
    if row is None:
        raise NotFound("User not found")
    return row


async def set_pending(*, session: AsyncSession, user_id: uuid.UUID, session_id: uuid.UUID, email: str) -> None:
    """Store the new address. It replaces an earlier one, whose link is then not valid."""
    values = {"session_id": session_id, "email": email, "expires_at": utc_now() + LIFETIME}
    statement = insert(EmailChange).values(user_id=user_id, **values)
    await session.exec(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))


async def is_pending(*, session: AsyncSession, user_id: uuid.UUID, email: str) -> bool:
    statement = select(EmailChange.user_id).where(
        EmailChange.user_id == user_id, EmailChange.email == email, EmailChange.expires_at > utc_now()
    )
    return (await session.exec(statement)).first() is not None


async def take_pending(*, session: AsyncSession, user_id: uuid.UUID, email: str) -> uuid.UUID | None:
    """Delete the change to this address. Return the session that requested it, or None if it does not wait."""
    statement = delete(EmailChange).where(
        col(EmailChange.user_id) == user_id, col(EmailChange.email) == email, col(EmailChange.expires_at) > utc_now()
    )
    return (await session.exec(statement.returning(col(EmailChange.session_id)))).scalar_one_or_none()


async def end_pending(*, session: AsyncSession, user_id: uuid.UUID) -> None:
    """Delete the user's change: what they did since does not confirm that it is theirs."""
    await session.exec(delete(EmailChange).where(col(EmailChange.user_id) == user_id))


async def delete_expired(*, session: AsyncSession) -> None:
    await session.exec(delete(EmailChange).where(col(EmailChange.expires_at) <= utc_now()))
