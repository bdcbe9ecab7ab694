"""Many items deleted at once."""

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


async def test_bulk_delete_deletes_and_counts_what_is_there(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    items = [await create_item(session, user.id, title=title) for title in "abc"]
    body = ids(items[2], items[0], items[0], uuid.uuid4())
    response = await client.post(BULK, headers=headers, json=body)
    assert (response.status_code, response.json()) == (200, {"count": 2})
    assert await titles(session) == ["b"]
    assert (await client.post(BULK, headers=headers, json=body)).json() == {"count": 0}


async def test_bulk_delete_takes_a_hundred(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    body = ids(*await create_many_items(session, user.id, *["a title"] * 100))
    assert (await client.post(BULK, headers=headers, json=body)).json() == {"count": 100}


async def test_bulk_delete_leaves_items_of_others_and_does_not_tell_of_them(
    client: AsyncClient, session: AsyncSession
) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    mine, theirs = await create_item(session, user.id), await create_item(session, other.id, title="theirs")
    response = await client.post(BULK, headers=headers, json=ids(theirs, mine))
    assert (response.status_code, response.json()) == (200, {"count": 1})
    assert await titles(session) == ["theirs"]


async def test_superuser_deletes_everybodys_items(client: AsyncClient, session: AsyncSession) -> None:
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
async def test_bulk_delete_refuses_invalid_values_at_the_field(
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
    """The ids of thirty items, and headers of their owner."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        return await create_many_items(session, user.id, *["a title"] * 30), headers


async def test_bulk_deletes_at_once_do_not_wait_for_each_other_in_a_circle(
    live: AsyncClient, owned: tuple[list[uuid.UUID], Headers]
) -> None:
    """Each holds some of what the others want, in orders of their own."""
    items, headers = owned
    orders = [items, items[::-1], items[10:] + items[:10], items[::2] + items[1::2]]
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.get(Item, items[15], with_for_update=True)
        requests = [group.create_task(live.post(BULK, headers=headers, json=ids(*order))) for order in orders]
        await until_waiting(len(orders))
        await session.commit()
    answers = [request.result() for request in requests]
    assert [answer.status_code for answer in answers] == [200] * len(orders), [answer.text for answer in answers]
    assert sorted(answer.json()["count"] for answer in answers) == [0, 0, 0, len(items)]


async def test_bulk_delete_takes_an_item_that_changes_meanwhile_and_leaves_out_one_that_goes(
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
