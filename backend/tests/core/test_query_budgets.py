"""How many statements each endpoint runs, independent of the number of rows."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.users.models import User
from tests.auth.factories import signed_in_superuser
from tests.core.query_budgets import MAX_IDS, assert_statements

BUDGETS: dict[tuple[str, str], int] = {
    ("GET", "/utils/health-check/"): 0,
    ("GET", "/users/me"): 1,
    ("POST", "/login/test-token"): 1,
    ("GET", "/users/"): 2,
    ("GET", "/users/?is_active=true&is_superuser=false"): 2,
    ("GET", "/users/export?is_superuser=false"): 3,
    ("GET", "/users/stats"): 2,
    ("POST", "/users/bulk-delete"): 6,
    ("GET", "/users/{user_id}"): 2,
    ("PATCH", "/users/{user_id}"): 5,
    ("DELETE", "/users/{user_id}"): 6,
    ("POST", "/login/logout"): 2,
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/users/{user_id}"): {"full_name": "Ada"},
}


async def fill(session: AsyncSession, rows: int) -> list[uuid.UUID]:
    """Insert this many users and return their ids."""
    now = utc_now() - timedelta(days=1)
    users: list[dict[str, Any]] = [
        {"id": new_id(), "email": f"user-{n}@example.com", "hashed_password": "", "created_at": now}
        | {"is_active": True, "is_superuser": False}
        for n in range(rows)
    ]
    await (await session.connection()).execute(insert(User), users)
    await session.commit()
    return [user["id"] for user in users]


@pytest.mark.parametrize("rows", [10, 1000])
@pytest.mark.parametrize(("method", "path"), BUDGETS)
async def test_endpoint_stays_within_its_statement_budget(
    client: AsyncClient, session: AsyncSession, statements: list[str], method: str, path: str, rows: int
) -> None:
    _, headers = await signed_in_superuser(session)
    ids = await fill(session, rows)
    body = BODIES.get((method, path)) or ({"ids": [str(id) for id in ids[:MAX_IDS]]} if "bulk" in path else None)
    await assert_statements(client, statements, BUDGETS[method, path], method, path, headers, body, user_id=ids[0])
