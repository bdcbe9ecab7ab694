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
BUDGETS: dict[tuple[str, str], int] = {
    ("GET", "/utils/health-check/"): 0,
    ("GET", "/users/me"): 1,
    ("POST", "/login/test-token"): 1,
    ("GET", "/items/"): 2,
    ("GET", "/items/?q=item&sort=title&limit=5"): 2,
    ("GET", "/items/?skip=5"): 2,
    ("GET", "/items/?skip=5000"): 3,
    ("GET", "/items/{item_id}"): 2,
    ("POST", "/items/"): 2,
    ("PUT", "/items/{item_id}"): 3,
    ("DELETE", "/items/{item_id}"): 3,
    ("GET", "/users/"): 2,
    ("GET", "/users/{user_id}"): 2,
    ("PATCH", "/users/{user_id}"): 3,
    ("DELETE", "/users/{user_id}"): 4,
    ("POST", "/login/logout"): 2,
}
BODIES: dict[tuple[str, str], dict[str, str]] = {
    ("POST", "/items/"): {"title": "An item"},
    ("PUT", "/items/{item_id}"): {"title": "Another title"},
    ("PATCH", "/users/{user_id}"): {"full_name": "Ada"},
}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the driver executes, from both kinds of session."""
    seen: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def noted(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        if not text.startswith(BOUNDARIES):
            seen.append(text)
        return await execute(cursor, query, *arguments, **options)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", noted)
    return seen


async def fill(session: AsyncSession, owner_id: uuid.UUID, rows: int) -> dict[str, uuid.UUID]:
    """So many users and items; ids of one of each."""
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
    return {"user_id": users[0]["id"], "item_id": items[0]["id"]}  # type: ignore[dict-item]


@pytest.mark.parametrize("rows", [10, 1000])
@pytest.mark.parametrize(("method", "path"), BUDGETS)
async def test_endpoint_keeps_to_its_budget_of_statements(
    client: AsyncClient, session: AsyncSession, statements: list[str], method: str, path: str, rows: int
) -> None:
    superuser, headers = await signed_in_superuser(session)
    ids = await fill(session, superuser.id, rows)
    statements.clear()
    response = await client.request(method, V1 + path.format(**ids), headers=headers, json=BODIES.get((method, path)))
    assert response.status_code == 200, response.text
    listed = "\n\n".join(statements)
    assert len(statements) == BUDGETS[method, path], f"{len(statements)} statements:\n\n{listed}"
