"""A change never overwrites somebody else's change of the same item."""

import asyncio
import uuid

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.items.models import Item
from tests.auth.factories import Headers, signed_in_user
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.items.factories import create_item

ITEMS = "/api/v1/items/"


async def test_version_counts_changes(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    created = await client.post(ITEMS, headers=headers, json={"title": "1"})
    path = f"{ITEMS}{created.json()['id']}"
    changed = await client.put(path, headers=headers, json={"title": "2"})
    unchanged = await client.put(path, headers=headers, json={"title": "2"})
    read = await client.get(path, headers=headers)
    responses = [created, changed, unchanged, read]
    assert [each.json()["version"] for each in responses] == [1, 2, 2, 2]
    assert [each.headers["etag"] for each in responses] == ['"1"', '"2"', '"2"', '"2"']


async def test_list_has_versions_but_no_etag(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_item(session, user.id)
    response = await client.get(ITEMS, headers=headers)
    assert response.json()["data"][0]["version"] == 1
    assert "etag" not in response.headers


async def test_deletion_of_an_outdated_version_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id)
    path = f"{ITEMS}{item.id}"
    assert problem(await client.delete(path, headers={**headers, "If-Match": '"2"'})) == (412, "PRE_001")
    assert (await client.delete(path, headers={**headers, "If-Match": '"1"'})).status_code == 200


@pytest.fixture
async def owned(live: AsyncClient) -> tuple[uuid.UUID, Headers]:
    """Create an item. Returns its id and its owner's headers."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        item = await create_item(session, user.id, title="Before")
        return item.id, {**headers, "If-Match": '"1"'}


@pytest.mark.parametrize("methods", [("PUT", "PUT"), ("PUT", "DELETE")])
async def test_second_of_two_concurrent_changes_is_refused(
    live: AsyncClient, owned: tuple[uuid.UUID, Headers], methods: tuple[str, str]
) -> None:
    item_id, headers = owned
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.get(Item, item_id, with_for_update=True)
        requests = []
        for waiting, method in enumerate(methods, start=1):
            body = {"title": f"Title {waiting}"}
            requests.append(group.create_task(live.request(method, f"{ITEMS}{item_id}", headers=headers, json=body)))
            await until_waiting(waiting)
        await session.commit()
    first, second = [request.result() for request in requests]
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert problem(second) == (412, "PRE_001")
    assert (await live.get(f"{ITEMS}{item_id}", headers=headers)).json()["title"] == "Title 1"


async def test_one_of_ten_concurrent_changes_succeeds(live: AsyncClient, owned: tuple[uuid.UUID, Headers]) -> None:
    item_id, headers = owned
    responses = await asyncio.gather(
        *(live.put(f"{ITEMS}{item_id}", headers=headers, json={"title": f"Title {n}"}) for n in range(10))
    )
    assert sorted(response.status_code for response in responses) == [200] + [412] * 9
    [updated] = [response.json() for response in responses if response.is_success]
    assert (await live.get(f"{ITEMS}{item_id}", headers=headers)).json() == updated


async def test_version_of_another_users_item_stays_hidden(client: AsyncClient, session: AsyncSession) -> None:
    owner, _ = await signed_in_user(session)
    item = await create_item(session, owner.id)
    _, headers = await signed_in_user(session)
    path, wrong = f"{ITEMS}{item.id}", {**headers, "If-Match": '"7"'}
    response = await client.put(path, headers=wrong, json={"title": "After"})
    assert problem(response) == (404, "NOT_001")
    assert "etag" not in response.headers
