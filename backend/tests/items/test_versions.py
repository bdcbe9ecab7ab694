"""An item that somebody else has changed meanwhile is not overwritten."""

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


async def test_versions_count_the_changes(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    created = await client.post(ITEMS, headers=headers, json={"title": "1"})
    path = f"{ITEMS}{created.json()['id']}"
    changed = await client.put(path, headers=headers, json={"title": "2"})
    unchanged = await client.put(path, headers=headers, json={"title": "2"})
    read = await client.get(path, headers=headers)
    answers = [created, changed, unchanged, read]
    assert [each.json()["version"] for each in answers] == [1, 2, 2, 2]
    assert [each.headers["etag"] for each in answers] == ['"1"', '"2"', '"2"', '"2"']


async def test_list_has_versions_and_no_tag(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_item(session, user.id)
    response = await client.get(ITEMS, headers=headers)
    assert response.json()["data"][0]["version"] == 1
    assert "etag" not in response.headers


async def test_deletion_of_another_version_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id)
    path = f"{ITEMS}{item.id}"
    assert problem(await client.delete(path, headers={**headers, "If-Match": '"2"'})) == (412, "PRE_001")
    assert (await client.delete(path, headers={**headers, "If-Match": '"1"'})).status_code == 200


@pytest.fixture
async def owned(live: AsyncClient) -> tuple[uuid.UUID, Headers]:
    """The id of an item, and headers of its owner."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        item = await create_item(session, user.id, title="Before")
        return item.id, {**headers, "If-Match": '"1"'}


@pytest.mark.parametrize("methods", [("PUT", "PUT"), ("PUT", "DELETE")])
async def test_of_two_changes_of_one_version_at_once_the_second_is_refused(
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


async def test_of_ten_changes_of_one_version_at_once_one_is_made(
    live: AsyncClient, owned: tuple[uuid.UUID, Headers]
) -> None:
    item_id, headers = owned
    answers = await asyncio.gather(
        *(live.put(f"{ITEMS}{item_id}", headers=headers, json={"title": f"Title {n}"}) for n in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    [made] = [answer.json() for answer in answers if answer.is_success]
    assert (await live.get(f"{ITEMS}{item_id}", headers=headers)).json() == made


async def test_nobody_learns_of_somebody_elses_version(client: AsyncClient, session: AsyncSession) -> None:
    owner, _ = await signed_in_user(session)
    item = await create_item(session, owner.id)
    _, headers = await signed_in_user(session)
    path, wrong = f"{ITEMS}{item.id}", {**headers, "If-Match": '"7"'}
    response = await client.put(path, headers=wrong, json={"title": "After"})
    assert problem(response) == (404, "NOT_001")
    assert "etag" not in response.headers
