"""Items over HTTP: for each endpoint the happy path, anonymous, another user's item and invalid input."""

import uuid
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.items.models import Item
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.items.factories import create_item, create_items
from tests.users.factories import create_user

ITEMS = "/api/v1/items/"


def titles(body: dict[str, Any]) -> list[str]:
    return [item["title"] for item in body["data"]]


async def test_create_item_returns_and_stores_it(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    response = await client.post(ITEMS, headers=headers, json={"title": "Foo", "description": "Fighters"})
    assert response.status_code == 200
    item = response.json()
    assert (item["title"], item["description"], item["owner_id"]) == ("Foo", "Fighters", str(user.id))
    stored = await session.get(Item, uuid.UUID(item["id"]))
    assert stored is not None
    assert stored.title == "Foo"


async def test_create_item_without_description_stores_null(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.post(ITEMS, headers=headers, json={"title": "Foo"})
    assert response.json()["description"] is None


async def test_create_item_ignores_fields_the_server_sets(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    chosen = {"id": str(uuid.uuid4()), "owner_id": str(uuid.uuid4()), "created_at": "2001-01-01T00:00:00Z"}
    item = (await client.post(ITEMS, headers=headers, json={"title": "Foo", **chosen})).json()
    assert item["owner_id"] == str(user.id)
    assert item["id"] != chosen["id"]
    assert not item["created_at"].startswith("2001")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": 1}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "x", "description": "x" * 256}, "description"),
        ({"title": "x", "description": 1}, "description"),
    ],
)
async def test_create_item_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_user(session)
    response = await client.post(ITEMS, headers=headers, json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_collection_needs_a_session(client: AsyncClient, method: str) -> None:
    response = await client.request(method, ITEMS, json={"title": "Foo"} if method == "POST" else None)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_item_needs_a_session(client: AsyncClient, session: AsyncSession, method: str) -> None:
    user, _ = await signed_in_user(session)
    item = await create_item(session, user.id)
    response = await client.request(method, f"{ITEMS}{item.id}", json={"title": "Bar"})
    assert response.status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_item_of_another_user_is_not_found(client: AsyncClient, session: AsyncSession, method: str) -> None:
    owner, _ = await signed_in_user(session)
    _, headers = await signed_in_user(session)
    item = await create_item(session, owner.id, title="Mine")
    response = await client.request(method, f"{ITEMS}{item.id}", headers=headers, json={"title": "Yours"})
    assert response.status_code == 404
    assert response.json()["code"] == "NOT_001"
    await session.refresh(item)
    assert item.title == "Mine"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_missing_item_is_not_found(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.request(method, f"{ITEMS}{uuid.uuid4()}", headers=headers, json={"title": "Bar"})
    assert response.status_code == 404
    assert response.json()["detail"] == "Item not found"


async def test_read_item_returns_it(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id, title="Foo", description="Fighters")
    body = (await client.get(f"{ITEMS}{item.id}", headers=headers)).json()
    assert body == {
        "id": str(item.id),
        "owner_id": str(user.id),
        "title": "Foo",
        "description": "Fighters",
        "created_at": item.created_at.isoformat().replace("+00:00", "Z"),
        "version": 1,
    }


async def test_superuser_reads_and_changes_all_items(client: AsyncClient, session: AsyncSession) -> None:
    owner, _ = await signed_in_user(session)
    item = await create_item(session, owner.id)
    _, headers = await signed_in_superuser(session)
    assert (await client.get(f"{ITEMS}{item.id}", headers=headers)).status_code == 200
    changed = await client.put(f"{ITEMS}{item.id}", headers=headers, json={"title": "Changed"})
    assert changed.json()["title"] == "Changed"
    assert (await client.get(ITEMS, headers=headers)).json()["count"] == 1


async def test_update_item_changes_only_the_given_fields(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id, title="Foo", description="Fighters")
    response = await client.put(f"{ITEMS}{item.id}", headers=headers, json={"title": "Bar"})
    assert (response.json()["title"], response.json()["description"]) == ("Bar", "Fighters")


async def test_null_clears_the_description_but_not_the_title(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id, title="Foo", description="Fighters")
    refused = await client.put(f"{ITEMS}{item.id}", headers=headers, json={"title": None})
    assert refused.status_code == 422
    cleared = await client.put(f"{ITEMS}{item.id}", headers=headers, json={"description": None})
    assert (cleared.json()["title"], cleared.json()["description"]) == ("Foo", None)


async def test_delete_item_removes_it(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id)
    response = await client.delete(f"{ITEMS}{item.id}", headers=headers)
    assert response.json() == {"message": "Item deleted successfully"}
    assert (await client.get(f"{ITEMS}{item.id}", headers=headers)).status_code == 404


async def test_list_shows_own_items_newest_first(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other, _ = await signed_in_user(session)
    await create_items(session, user.id, "first", "second", "third")
    await create_items(session, other.id, "hidden")
    body = (await client.get(ITEMS, headers=headers)).json()
    assert titles(body) == ["third", "second", "first"]
    assert body["count"] == 3


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["apple", "Banana", "cherry"]),
        ("-title", ["cherry", "Banana", "apple"]),
        ("created_at", ["cherry", "apple", "Banana"]),
        ("-created_at", ["Banana", "apple", "cherry"]),
    ],
)
async def test_list_sorts(client: AsyncClient, session: AsyncSession, sort: str, expected: list[str]) -> None:
    user, headers = await signed_in_user(session)
    await create_items(session, user.id, "cherry", "apple", "Banana")
    assert titles((await client.get(ITEMS, headers=headers, params={"sort": sort})).json()) == expected


async def test_search_covers_title_and_description_in_any_case(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_item(session, user.id, title="Red Apple")
    await create_item(session, user.id, title="Pie", description="with apple")
    await create_item(session, user.id, title="Pear")
    body = (await client.get(ITEMS, headers=headers, params={"q": "APPLE"})).json()
    assert titles(body) == ["Pie", "Red Apple"]
    assert body["count"] == 2


@pytest.mark.parametrize("wildcard", ["%", "_", "\\"])
async def test_search_treats_wildcards_as_text(client: AsyncClient, session: AsyncSession, wildcard: str) -> None:
    user, headers = await signed_in_user(session)
    await create_items(session, user.id, "plain", f"has {wildcard} inside")
    body = (await client.get(ITEMS, headers=headers, params={"q": wildcard})).json()
    assert titles(body) == [f"has {wildcard} inside"]


async def test_list_can_be_filtered_by_owner(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    _, superuser_headers = await signed_in_superuser(session)
    await create_items(session, user.id, "mine")
    await create_items(session, other.id, "theirs", "Theirs too")
    for client_headers, owner_id, expected in (
        (superuser_headers, other.id, ["Theirs too", "theirs"]),
        (superuser_headers, user.id, ["mine"]),
        (superuser_headers, uuid.uuid4(), []),
        (headers, user.id, ["mine"]),
        (headers, other.id, []),
    ):
        body = (await client.get(ITEMS, headers=client_headers, params={"owner_id": str(owner_id)})).json()
        assert (titles(body), body["count"]) == (expected, len(expected))


async def test_list_refuses_an_invalid_owner_id(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.get(ITEMS, headers=headers, params={"owner_id": "me"})
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == ["owner_id"]
