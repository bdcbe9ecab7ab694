"""How many statements each endpoint costs, however many rows there are: one more for each row fails here."""

import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.ids import new_id
from app.core.models import utc_now
from app.items.models import Item
from app.users.models import User
from tests.auth.factories import signed_in_superuser

V1 = "/api/v1"
BOUNDARIES = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
MAX_IDS = 100
BUDGETS: dict[tuple[str, str], int] = {
    ("GET", "/utils/health-check/"): 0,
    ("GET", "/users/me"): 1,
    ("POST", "/login/test-token"): 1,
    ("GET", "/items/"): 2,
    ("GET", "/items/?q=item&sort=title&limit=5"): 2,
    ("GET", "/items/?skip=5"): 2,
    ("GET", "/items/?skip=5000"): 3,
    ("GET", "/items/?owner_id={user_id}"): 2,
    ("GET", "/items/export"): 3,
    ("GET", "/items/stats"): 2,
    ("GET", "/items/stats?all=true&days=90"): 2,
    ("POST", "/items/bulk-delete"): 2,
    ("GET", "/items/{item_id}"): 2,
    ("POST", "/items/"): 2,
    ("PUT", "/items/{item_id}"): 3,
    ("DELETE", "/items/{item_id}"): 3,
    ("GET", "/users/"): 2,
    ("GET", "/users/?is_active=true&is_superuser=false"): 2,
    ("GET", "/users/export?is_superuser=false"): 3,
    ("GET", "/users/stats"): 2,
    ("POST", "/users/bulk-delete"): 4,
    ("GET", "/users/{user_id}"): 2,
    ("PATCH", "/users/{user_id}"): 3,
    ("DELETE", "/users/{user_id}"): 4,
    ("POST", "/login/logout"): 2,
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/items/"): {"title": "An item"},
    ("PUT", "/items/{item_id}"): {"title": "Another title"},
    ("PATCH", "/users/{user_id}"): {"full_name": "Ada"},
    ("POST", "/items/bulk-delete"): {"ids": "item_ids"},
    ("POST", "/users/bulk-delete"): {"ids": "user_ids"},
}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the driver executes, from both kinds of session."""
    seen: list[str] = []
    execute, execute_many = psycopg.AsyncCursor.execute, psycopg.AsyncCursor.executemany

    async def noted(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if not text.startswith(BOUNDARIES):
            seen.append(text)
        return await execute(cursor, query, *arguments, **options)

    async def noted_many(cursor: Any, query: Any, parameters: Any, **options: Any) -> Any:
        parameters = list(parameters)
        seen.extend([str(query)] * len(parameters))
        return await execute_many(cursor, query, parameters, **options)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", noted)
    monkeypatch.setattr(psycopg.AsyncCursor, "executemany", noted_many)
    return seen


async def fill(session: AsyncSession, owner_id: uuid.UUID, rows: int) -> dict[str, list[uuid.UUID]]:
    """So many users and items; their ids."""
    now = utc_now() - timedelta(days=1)
    users = [
        {"id": new_id(), "email": f"user-{n}@example.com", "hashed_password": "", "created_at": now}
        | {"is_active": True, "is_superuser": False}
        for n in range(rows)
    ]
    items = [{"id": new_id(), "owner_id": owner_id, "title": f"Item {n}", "created_at": now} for n in range(rows)]
    connection = await session.connection()
    await connection.execute(insert(User), users)
    await connection.execute(insert(Item), items)
    await session.commit()
    return {"user_ids": [user["id"] for user in users], "item_ids": [item["id"] for item in items]}  # type: ignore[misc]


@pytest.mark.parametrize("rows", [10, 1000])
@pytest.mark.parametrize(("method", "path"), BUDGETS)
async def test_endpoint_keeps_to_its_budget_of_statements(
    client: AsyncClient, session: AsyncSession, statements: list[str], method: str, path: str, rows: int
) -> None:
    superuser, headers = await signed_in_superuser(session)
    ids = await fill(session, superuser.id, rows)
    statements.clear()
    body = BODIES.get((method, path))
    if body and "ids" in body:
        body = {"ids": [str(id) for id in ids[body["ids"]][:MAX_IDS]]}
    url = V1 + path.format(user_id=ids["user_ids"][0], item_id=ids["item_ids"][0])
    response = await client.request(method, url, headers=headers, json=body)
    assert response.status_code == 200, response.text
    listed = "\n\n".join(statements)
    assert len(statements) == BUDGETS[method, path], f"{len(statements)} statements:\n\n{listed}"
