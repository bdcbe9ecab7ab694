"""Lists of more items than are counted: the estimate, the exact count, and pages during changes."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.session import transaction
from app.items import crud
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.items.factories import create_items

ITEMS = "/api/v1/items/"
LIMIT = 5


@pytest.fixture(autouse=True)
def low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_count_limit": LIMIT, "_compiled": {}, "_estimates": {}}.items():
        monkeypatch.setattr(crud._ITEMS, name, value)


async def page(client: AsyncClient, headers: Headers, **params: Any) -> dict[str, Any]:
    response = await client.get(ITEMS, headers=headers, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def counted(body: dict[str, Any]) -> tuple[int, bool]:
    return body["count"], body["pagination"]["count_is_exact"]


async def test_long_list_is_counted_on_request(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    _, superuser = await signed_in_superuser(session)
    await create_items(session, user.id, *"abcdefgh")
    for who, params in ((headers, {}), (superuser, {"owner_id": str(user.id)}), (superuser, {})):
        count, is_exact = counted(await page(client, who, limit=2, **params))
        assert (count > LIMIT, is_exact) == (True, False)
        assert counted(await page(client, who, limit=2, count="exact", **params)) == (8, True)


async def test_short_list_of_a_long_table_is_counted(client: AsyncClient, session: AsyncSession) -> None:
    owner, _ = await signed_in_user(session)
    other, headers = await signed_in_user(session)
    await create_items(session, owner.id, *"abcdefgh")
    assert counted(await page(client, headers)) == (0, True)
    await create_items(session, other.id, *"abc")
    assert counted(await page(client, headers, limit=1)) == (3, True)


async def test_export_names_the_exact_number(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_items(session, user.id, *"abcdefgh")
    response = await client.get(f"{ITEMS}export", headers=headers)
    assert response.headers["x-total-count"] == "8"


async def test_unknown_way_of_counting_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.get(ITEMS, headers=headers, params={"count": "none"})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["count"]


async def test_cursors_reach_items_created_while_reading(live: AsyncClient) -> None:
    async with transaction() as session:
        _, headers = await signed_in_user(session)
    titles = [f"Item {number:02}" for number in range(40)]

    async def create(some: list[str]) -> None:
        for title in some:
            assert (await live.post(ITEMS, headers=headers, json={"title": title})).status_code == 200

    creating = asyncio.create_task(create(titles))
    found: list[str] = []
    params: dict[str, Any] = {"limit": 3, "sort": "created_at"}
    async with asyncio.timeout(60):
        while found != titles:
            body = await page(live, headers, **params)
            rows, pagination = [item["title"] for item in body["data"]], body["pagination"]
            assert body["count"] >= len(found) + len(rows) + pagination["has_next"]
            assert pagination["total_pages"] == -(-body["count"] // 3)
            if pagination["has_next"]:
                found += rows
                params["cursor"] = pagination["next_cursor"]
            elif found + rows == titles:
                break
            else:
                await asyncio.sleep(0.01)  # reads the last page again
    await creating
