"""Order concurrent requests on the `live` database as a test needs them."""

import asyncio

from sqlalchemy import text
from sqlmodel import func, select

from app.core.database import session as db
from app.core.database.statements import Statement

waiting_statements = Statement(
    select(func.count().label("count"))
    .select_from(text("pg_stat_activity"))
    .where(text("datname = current_database() AND wait_event_type = 'Lock'"))
)


async def until_waiting(count: int) -> None:
    """Return when this many connections wait for a lock."""
    async with asyncio.timeout(5):
        while (await db.autocommit_session.one(waiting_statements))["count"] < count:
            pass
