"""How many statements each endpoint of items runs, independent of the number of rows."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.items.models import Item
from tests.auth.factories import signed_in_superuser
from tests.core.query_budgets import MAX_IDS, assert_statements

# By a superuser, whose changes of rows take two statements more.
BUDGETS: dict[tuple[str, str], int] = {
    ("GET", "/items/"): 2,
    ("GET", "/items/?q=item&sort=title&limit=5"): 2,
    ("GET", "/items/?skip=5"): 2,
    ("GET", "/items/?skip=5000"): 3,
    ("GET", "/items/?owner_id={user_id}"): 2,
    ("GET", "/items/export"): 3,
    ("GET", "/items/stats"): 2,
    ("GET", "/items/stats?all=true&days=90"): 2,
    ("POST", "/items/bulk-delete"): 4,
    ("GET", "/items/{item_id}"): 2,
    ("POST", "/items/"): 2,
    ("PUT", "/items/{item_id}"): 5,
    ("DELETE", "/items/{item_id}"): 5,
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/items/"): {"title": "An item"},
    ("PUT", "/items/{item_id}"): {"title": "Another title"},
}


@pytest.mark.parametrize("rows", [10, 1000])
@pytest.mark.parametrize(("method", "path"), BUDGETS)
async def test_endpoint_stays_within_its_statement_budget(
    client: AsyncClient, session: AsyncSession, statements: list[str], method: str, path: str, rows: int
) -> None:
    owner, headers = await signed_in_superuser(session)
    now = utc_now() - timedelta(days=1)
    items: list[dict[str, Any]] = [
        {"id": new_id(), "owner_id": owner.id, "title": f"Item {n}", "created_at": now} for n in range(rows)
    ]
    ids = {"user_id": owner.id, "item_id": items[0]["id"]}
    await (await session.connection()).execute(insert(Item), items)
    await session.commit()
    chosen = [str(item["id"]) for item in items[:MAX_IDS]]
    body = BODIES.get((method, path)) or ({"ids": chosen} if "bulk" in path else None)
    await assert_statements(client, statements, BUDGETS[method, path], method, path, headers, body, **ids)
