"""Concurrent changes of one item, and items whose owner is deleted (IP-13)."""

import asyncio
import uuid

import pytest
from httpx2 import AsyncClient
from sqlmodel import select

from app.core.database import session as db
from app.items.models import Item
from app.users.models import User
from tests.auth.factories import Headers, signed_in_user
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.items.factories import create_item

ITEMS = "/api/v1/items/"


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
