"""Concurrent changes of one item, and items whose owner is deleted (IP-13)."""

import asyncio
import uuid

import pytest
from httpx2 import AsyncClient
from sqlmodel import select

from app.core.database import session as db
from app.items.models import Item
from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.items.factories import create_item

ITEMS = "/api/v1/items/"
TITLE = {"title": "After"}


@pytest.fixture
async def owned(live: AsyncClient) -> tuple[uuid.UUID, uuid.UUID, Headers]:
    """Create a user with an item. Returns both ids and the user's headers."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        item = await create_item(session, user.id, title="Before")
        return user.id, item.id, headers


async def stored_items() -> list[Item]:
    async with db.WriteSession() as session:
        return list((await session.exec(select(Item))).all())


@pytest.mark.parametrize("first", ["PUT", "DELETE"])
async def test_concurrent_update_and_delete_run_in_sequence(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers], first: str
) -> None:
    _, item_id, headers = owned
    second = {"PUT": "DELETE", "DELETE": "PUT"}[first]
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.get(Item, item_id, with_for_update=True)
        requests = []
        for waiting, method in enumerate((first, second), start=1):
            request = live.request(method, f"{ITEMS}{item_id}", headers=headers, json={"title": "After"})
            requests.append(group.create_task(request))
            await until_waiting(waiting)
        await session.commit()
    statuses = [request.result().status_code for request in requests]
    assert statuses == ([200, 200] if first == "PUT" else [200, 404])
    assert await stored_items() == []


@pytest.mark.parametrize("way", ["PUT", "DELETE", "POST"])
async def test_demotion_wins_over_a_waiting_write(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers], way: str
) -> None:
    _, item_id, _ = owned
    async with db.WriteSession() as session:
        superuser, headers = await signed_in_superuser(session)
    path, body = (f"{ITEMS}bulk-delete", {"ids": [str(item_id)]}) if way == "POST" else (f"{ITEMS}{item_id}", TITLE)
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        (await session.get_one(User, superuser.id)).is_superuser = False
        await session.flush()
        request = group.create_task(live.request(way, path, headers=headers, json=body))
        await until_waiting(1)
        await session.commit()
    assert problem(request.result()) == (403, "AUTH_002")
    assert [item.title for item in await stored_items()] == ["Before"]


async def test_deleted_superuser_and_their_write_cannot_deadlock(live: AsyncClient) -> None:
    """Both lock the user before the item."""
    async with db.WriteSession() as session:
        superuser, headers = await signed_in_superuser(session)
        _, other_headers = await signed_in_superuser(session)
        item = await create_item(session, superuser.id)
    changed, deleted = await asyncio.gather(
        live.put(f"{ITEMS}{item.id}", headers=headers, json=TITLE),
        live.delete(f"/api/v1/users/{superuser.id}", headers=other_headers),
    )
    assert changed.status_code in (200, 401, 404)
    assert deleted.status_code == 200


async def test_one_of_ten_concurrent_deletions_succeeds(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]
) -> None:
    _, item_id, headers = owned
    responses = await asyncio.gather(*(live.delete(f"{ITEMS}{item_id}", headers=headers) for _ in range(10)))
    assert sorted(response.status_code for response in responses) == [200] + [404] * 9


async def test_ten_concurrent_updates_all_succeed(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]
) -> None:
    _, item_id, headers = owned
    titles = [f"title {n}" for n in range(10)]
    responses = await asyncio.gather(
        *(live.put(f"{ITEMS}{item_id}", headers=headers, json={"title": title}) for title in titles)
    )
    assert [response.json()["title"] for response in responses] == titles
    [item] = await stored_items()
    assert item.title in titles


async def test_creating_for_a_deleted_owner_is_a_conflict(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]
) -> None:
    user_id, _, headers = owned
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.delete(await session.get_one(User, user_id))
        await session.flush()
        request = group.create_task(live.post(ITEMS, headers=headers, json={"title": "Orphan"}))
        await until_waiting(1)
        await session.commit()
    assert problem(request.result()) == (409, "CONF_001")
    assert await stored_items() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_changing_a_deleted_owners_item_is_not_found(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers], method: str
) -> None:
    user_id, item_id, headers = owned
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.delete(await session.get_one(User, user_id))
        await session.flush()
        request = group.create_task(live.request(method, f"{ITEMS}{item_id}", headers=headers, json={"title": "x"}))
        await until_waiting(1)
        await session.commit()
    assert problem(request.result()) == (404, "NOT_001")


async def test_twenty_concurrent_creations_all_succeed(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]
) -> None:
    _, _, headers = owned
    responses = await asyncio.gather(
        *(live.post(ITEMS, headers=headers, json={"title": f"title {n}"}) for n in range(20))
    )
    assert {response.status_code for response in responses} == {200}
    assert len(await stored_items()) == 21
