"""Who has just written, if there is a replica: their lists then come from the primary."""

import uuid
from datetime import timedelta

from sqlalchemy import bindparam, delete, exists, false, func, literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import RecentWrite
from app.core.clock import utc_now
from app.core.database.replica import OWN_WRITE_SECONDS
from app.core.database.statements import AutocommitSession, Statement
from app.core.http.edge import REQUEST_SECONDS
from app.core.settings import settings
from app.users.models import User

RECENT_SECONDS = REQUEST_SECONDS + OWN_WRITE_SECONDS + 1
"""A write is noted before it begins, and its commit comes within the time limit of its request, or a little later."""
HAS_JUST_WRITTEN = (
    exists().where(
        col(RecentWrite.user_id) == User.id,
        col(RecentWrite.at) > func.now() - literal_column(f"interval '{RECENT_SECONDS} seconds'"),
    )
    if settings.DATABASE_REPLICA_URL.get_secret_value()
    else false()
)
_NOTE_WRITE = Statement(
    insert(RecentWrite)
    .values(user_id=bindparam("user_id"), at=func.now())
    .on_conflict_do_update(index_elements=["user_id"], set_={"at": func.now()}),
    lane="session",
)


async def note_write(*, session: AutocommitSession, user_id: uuid.UUID) -> None:
    """Call it before the user's write: for `RECENT_SECONDS`, all processes read the user's lists from the primary."""
    await session.records(_NOTE_WRITE, {"user_id": user_id})


async def delete_old_writes(*, session: AsyncSession) -> None:
    await session.exec(delete(RecentWrite).where(col(RecentWrite.at) < utc_now() - timedelta(hours=1)))
