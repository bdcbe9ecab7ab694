"""Pages of the item list, by number and by cursor (IP-04)."""

import base64
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from tests.auth.factories import Headers, signed_in_user
from tests.items.factories import create_item, create_items

ITEMS = "/api/v1/items/"


@pytest.fixture
async def headers(session: AsyncSession) -> Headers:
    """Headers of a user who owns seven items, two of them with the same title."""
    user, headers = await signed_in_user(session)
    await create_items(session, user.id, "a", "b", "B", "c", "d", "e", "f")
    return headers


async def page(client: AsyncClient, headers: Headers, **params: Any) -> dict[str, Any]:
    response = await client.get(ITEMS, headers=headers, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_first_page_describes_itself(client: AsyncClient, headers: Headers) -> None:
    body = await page(client, headers, limit=3)
    pagination = body["pagination"]
    assert pagination.pop("next_cursor")
    assert pagination == {
        "page": 1,
        "page_size": 3,
        "total_pages": 3,
        "has_next": True,
        "has_prev": False,
        "count_is_exact": True,
    }
    assert (len(body["data"]), body["count"]) == (3, 7)


async def test_last_page_has_no_next(client: AsyncClient, headers: Headers) -> None:
    pagination = (await page(client, headers, page=3, limit=3))["pagination"]
    assert (pagination["page"], pagination["has_next"], pagination["next_cursor"]) == (3, False, None)
    assert pagination["has_prev"] is True


async def test_skip_and_page_return_the_same_rows(client: AsyncClient, headers: Headers) -> None:
    assert await page(client, headers, skip=3, limit=3) == await page(client, headers, page=2, limit=3)


async def test_page_past_the_end_is_empty_but_counts(client: AsyncClient, headers: Headers) -> None:
    body = await page(client, headers, skip=1000)
    assert (body["data"], body["count"]) == ([], 7)


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "title", "-title"])
async def test_cursors_visit_every_row_once_in_order(client: AsyncClient, headers: Headers, sort: str) -> None:
    expected = [item["id"] for item in (await page(client, headers, sort=sort))["data"]]
    visited: list[str] = []
    cursor = None
    while True:
        body = await page(client, headers, sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
        visited += [item["id"] for item in body["data"]]
        assert body["pagination"]["page"] == -(-len(visited) // 2)
        cursor = body["pagination"]["next_cursor"]
        if cursor is None:
            break
    assert visited == expected


async def test_new_rows_do_not_shift_the_cursor(client: AsyncClient, session: AsyncSession, headers: Headers) -> None:
    first = await page(client, headers, limit=3)
    owner_id = first["data"][0]["owner_id"]
    await create_items(session, owner_id, "new")
    second = await page(client, headers, limit=3, cursor=first["pagination"]["next_cursor"])
    assert [item["title"] for item in second["data"]] == ["c", "B", "b"]


def forged(*document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


SOME_ID = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        forged(),
        forged("-created_at"),
        forged("-created_at", None, "not an id", 1),
        forged("-created_at", None, 1, 1),
        forged("-created_at", "a key", SOME_ID, 1),
        forged("-created_at", None, SOME_ID, -1),
        forged("-created_at", None, SOME_ID, True),
        forged("-created_at", None, SOME_ID, 10**30),
        forged("title", "a", SOME_ID, 1),
    ],
)
async def test_forged_cursor_is_refused(client: AsyncClient, headers: Headers, cursor: str) -> None:
    response = await client.get(ITEMS, headers=headers, params={"cursor": cursor})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize("key", [None, 1, "\0", "\ud800", {}])
async def test_forged_key_of_a_text_cursor_is_refused(client: AsyncClient, headers: Headers, key: Any) -> None:
    cursor = forged("title", key, SOME_ID, 1)
    response = await client.get(ITEMS, headers=headers, params={"sort": "title", "cursor": cursor})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", -1),
        ("limit", 0),
        ("limit", 101),
        ("limit", 1_000_000_000),
        ("limit", "true"),
        ("skip", -1),
        ("skip", 1_000_001),
        ("skip", 2**63 + 1),
        ("skip", "1.5"),
        ("page", 0),
        ("page", 1_000_000),
        ("sort", "owner_id"),
        ("sort", "title; drop table items"),
        ("q", "x" * 256),
    ],
)
async def test_parameter_out_of_range_is_refused(
    client: AsyncClient, headers: Headers, name: str, value: object
) -> None:
    response = await client.get(ITEMS, headers=headers, params={name: str(value)})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] in ([name], ["query"])


async def test_imported_items_are_listed_by_their_time(client: AsyncClient, session: AsyncSession) -> None:
    """Ids of another system, such as UUIDv4, say nothing about when a row was created."""
    user, headers = await signed_in_user(session)
    now = utc_now()
    titles = [f"Item {number}" for number in range(20)]
    for number, title in enumerate(titles):
        await create_item(session, user.id, id=uuid.uuid4(), title=title, created_at=now - timedelta(days=20 - number))
    await create_items(session, user.id, "new")
    newest_first = ["new", *titles[::-1]]
    for sort, expected in (("-created_at", newest_first), ("created_at", newest_first[::-1])):
        assert [item["title"] for item in (await page(client, headers, sort=sort))["data"]] == expected


async def test_items_of_one_moment_are_listed_once(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    now = utc_now()
    for _ in range(5):
        await create_item(session, user.id, id=uuid.uuid4(), created_at=now)
    first = await page(client, headers, limit=3)
    second = await page(client, headers, limit=3, cursor=first["pagination"]["next_cursor"])
    assert len({item["id"] for item in first["data"] + second["data"]}) == 5
