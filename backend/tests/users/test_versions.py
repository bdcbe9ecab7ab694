"""A change never overwrites somebody else's change of the same account."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

USERS = "/api/v1/users/"
ME = f"{USERS}me"
OLD = {"If-Match": '"1"'}


async def test_version_counts_changes(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    body = {"email": "ada@example.com", "password": PASSWORD}
    created = await client.post(USERS, headers=headers, json=body)
    path = f"{USERS}{created.json()['id']}"
    changed = await client.patch(path, headers=headers, json={"full_name": "Ada"})
    read = await client.get(path, headers=headers)
    responses = [created, changed, read]
    assert [each.json()["version"] for each in responses] == [1, 2, 2]
    assert [each.headers["etag"] for each in responses] == ['"1"', '"2"', '"2"']


async def test_own_account_has_a_version_too(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    read = await client.get(ME, headers=headers)
    changed = await client.patch(ME, headers={**headers, "If-Match": read.headers["etag"]}, json={"full_name": "Ada"})
    assert [each.headers["etag"] for each in (read, changed)] == ['"1"', '"2"']
    refused = await client.patch(ME, headers=headers | OLD, json={"full_name": "Bob"})
    assert problem(refused) == (412, "PRE_001")
    assert (await client.get(ME, headers=headers)).json()["full_name"] == "Ada"


@pytest.mark.parametrize(
    "body",
    [{"full_name": "Ada"}, {"is_active": False}, {"password": "another horse battery"}, {"email": "b@example.com"}],
)
async def test_change_of_an_outdated_version_is_refused(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any]
) -> None:
    _, headers = await signed_in_superuser(session)
    user, own_headers = await signed_in_user(session)
    await client.patch(ME, headers=own_headers, json={"full_name": "Changed"})
    response = await client.patch(f"{USERS}{user.id}", headers=headers | OLD, json=body)
    assert problem(response) == (412, "PRE_001")
    await session.refresh(user)
    assert (user.full_name, user.is_active, user.version) == ("Changed", True, 2)
    assert (await client.get(ME, headers=own_headers)).status_code == 200


async def test_deletion_of_an_outdated_version_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    user, own_headers = await signed_in_user(session)
    await client.patch(ME, headers=own_headers, json={"full_name": "Changed"})
    path = f"{USERS}{user.id}"
    assert problem(await client.delete(path, headers=headers | OLD)) == (412, "PRE_001")
    assert (await client.delete(path, headers={**headers, "If-Match": '"2"'})).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("PATCH", ME), ("PATCH", "{}"), ("DELETE", "{}")])
async def test_malformed_condition_is_invalid(
    client: AsyncClient, session: AsyncSession, method: str, path: str
) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session)
    path = path.format(f"{USERS}{user.id}")
    response = await client.request(method, path, headers={**headers, "If-Match": "1"}, json={})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["If-Match"]


@pytest.mark.parametrize(
    "body", [{"full_name": "Ada"}, {"password": "another horse battery"}], ids=["name", "password"]
)
async def test_one_of_five_concurrent_changes_succeeds(live: AsyncClient, body: dict[str, Any]) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_superuser(session)
        user = await create_user(session)
    path = f"{USERS}{user.id}"
    bodies = [{**body, "full_name": f"Name {n}"} for n in range(5)]
    responses = await asyncio.gather(*(live.patch(path, headers=headers | OLD, json=each) for each in bodies))
    assert sorted(response.status_code for response in responses) == [200] + [412] * 4
    [updated] = [response.json()["full_name"] for response in responses if response.is_success]
    async with db.WriteSession() as session:
        stored = await session.get_one(User, user.id)
    assert (stored.full_name, stored.version) == (updated, 2)
