"""Two changes of one item at once, and items whose owner goes (IP-13)."""

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
    """Ids of a user and of his item, and headers of his."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        item = await create_item(session, user.id, title="Before")
        return user.id, item.id, headers


async def stored_items() -> list[Item]:
    async with db.WriteSession() as session:
        return list((await session.exec(select(Item))).all())


@pytest.mark.parametrize("first", ["PUT", "DELETE"])
async def test_update_and_delete_at_once_come_one_after_the_other(
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


async def test_of_ten_deletions_at_once_one_finds_the_item(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]
) -> None:
    _, item_id, headers = owned
    answers = await asyncio.gather(*(live.delete(f"{ITEMS}{item_id}", headers=headers) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [404] * 9


async def test_ten_updates_at_once_all_succeed(live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]) -> None:
    _, item_id, headers = owned
    titles = [f"title {n}" for n in range(10)]
    answers = await asyncio.gather(
        *(live.put(f"{ITEMS}{item_id}", headers=headers, json={"title": title}) for title in titles)
    )
    assert [answer.json()["title"] for answer in answers] == titles
    [item] = await stored_items()
    assert item.title in titles


async def test_item_whose_owner_is_deleted_meanwhile_is_a_conflict(
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
async def test_change_of_an_item_whose_owner_is_deleted_meanwhile_finds_nothing(
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


async def test_twenty_items_at_once_are_twenty_items(
    live: AsyncClient, owned: tuple[uuid.UUID, uuid.UUID, Headers]
) -> None:
    _, _, headers = owned
    answers = await asyncio.gather(
        *(live.post(ITEMS, headers=headers, json={"title": f"title {n}"}) for n in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len(await stored_items()) == 21
