"""Deleting many items with one request."""

import asyncio
import uuid
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.items.models import Item
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.core.races import until_waiting
from tests.items.factories import create_item, create_many_items
from tests.users.factories import create_user

BULK = "/api/v1/items/bulk-delete"


def ids(*items: Item | uuid.UUID) -> dict[str, list[str]]:
    return {"ids": [str(item.id if isinstance(item, Item) else item) for item in items]}


async def titles(session: AsyncSession) -> list[str]:
    return list((await session.exec(select(Item.title).order_by(col(Item.id)))).all())


async def test_bulk_delete_counts_the_items_it_deletes(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    items = [await create_item(session, user.id, title=title) for title in "abc"]
    body = ids(items[2], items[0], items[0], uuid.uuid4())
    response = await client.post(BULK, headers=headers, json=body)
    assert (response.status_code, response.json()) == (200, {"count": 2})
    assert await titles(session) == ["b"]
    assert (await client.post(BULK, headers=headers, json=body)).json() == {"count": 0}


async def test_bulk_delete_accepts_a_hundred_ids(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    body = ids(*await create_many_items(session, user.id, *["a title"] * 100))
    assert (await client.post(BULK, headers=headers, json=body)).json() == {"count": 100}


async def test_bulk_delete_ignores_items_of_others(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    mine, theirs = await create_item(session, user.id), await create_item(session, other.id, title="theirs")
    response = await client.post(BULK, headers=headers, json=ids(theirs, mine))
    assert (response.status_code, response.json()) == (200, {"count": 1})
    assert await titles(session) == ["theirs"]


async def test_superuser_bulk_deletes_items_of_others(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    items = [await create_item(session, (await create_user(session)).id) for _ in range(2)]
    assert (await client.post(BULK, headers=headers, json=ids(*items))).json() == {"count": 2}


async def test_bulk_delete_needs_a_session(client: AsyncClient, session: AsyncSession) -> None:
    item = await create_item(session, (await create_user(session)).id)
    assert problem(await client.post(BULK, json=ids(item))) == (401, "AUTH_001")
    assert len(await titles(session)) == 1


SOME_ID = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"ids": None}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": SOME_ID}, "ids"),
        ({"ids": [SOME_ID] * 101}, "ids"),
        ({"ids": [SOME_ID, "nobody"]}, "ids.1"),
        ({"ids": [None]}, "ids.0"),
        ({"ids": [1]}, "ids.0"),
    ],
)
async def test_bulk_delete_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    user, headers = await signed_in_user(session)
    await create_item(session, user.id)
    response = await client.post(BULK, headers=headers, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]
    assert len(await titles(session)) == 1


@pytest.fixture
async def owned(live: AsyncClient) -> tuple[list[uuid.UUID], Headers]:
    """Create thirty items. Returns their ids and their owner's headers."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        return await create_many_items(session, user.id, *["a title"] * 30), headers


async def test_concurrent_bulk_deletes_do_not_deadlock(
    live: AsyncClient, owned: tuple[list[uuid.UUID], Headers]
) -> None:
    """Each request locks the same rows in a different order."""
    items, headers = owned
    orders = [items, items[::-1], items[10:] + items[:10], items[::2] + items[1::2]]
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.get(Item, items[15], with_for_update=True)
        requests = [group.create_task(live.post(BULK, headers=headers, json=ids(*order))) for order in orders]
        await until_waiting(len(orders))
        await session.commit()
    responses = [request.result() for request in requests]
    assert [response.status_code for response in responses] == [200] * len(orders), [each.text for each in responses]
    assert sorted(response.json()["count"] for response in responses) == [0, 0, 0, len(items)]


async def test_bulk_delete_handles_concurrent_changes_and_deletions(
    live: AsyncClient, owned: tuple[list[uuid.UUID], Headers]
) -> None:
    items, headers = owned
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        changed, gone = await session.get_one(Item, items[3]), await session.get_one(Item, items[7])
        changed.title = "changed"
        await session.delete(gone)
        await session.flush()
        request = group.create_task(live.post(BULK, headers=headers, json=ids(*items)))
        await until_waiting(1)
        await session.commit()
    assert request.result().json() == {"count": len(items) - 1}
    async with db.WriteSession() as session:
        assert await titles(session) == []
