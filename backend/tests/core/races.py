"""Order concurrent requests on the `live` database as a test needs them."""

import asyncio
from collections.abc import Awaitable

from httpx2 import Response
from sqlalchemy import text
from sqlmodel import func, select

from app.core.database import session as db
from app.core.database.statements import Statement
from app.users import crud as users_crud
from app.users.models import User

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


async def run_both(user: User, first: Awaitable[Response], second: Awaitable[Response]) -> list[int]:
    """Let two requests that change a user wait for the same lock, and return their statuses in ascending order."""
    async with db.WriteSession() as session:
        await users_crud.lock_users(session=session, user_ids=[user.id])
        requests = asyncio.gather(first, second)
        await until_waiting(2)
        await session.commit()
    return sorted(response.status_code for response in await requests)
