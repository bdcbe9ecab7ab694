"""What users do with their profiles, and superusers with those of others."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.ids import new_id
from app.profiles.models import Profile
from tests.auth.factories import sign_in, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.core.query_budgets import assert_statements
from tests.profiles.factories import create_profile
from tests.users.factories import create_user

ME, SCHEMA = "/api/v1/profiles/me", "/api/v1/profiles/schema"
OF_USER = "/api/v1/users/{id}/profile"
EMPTY = {"job_title": None, "bio": None, "birthday": None, "language": None, "newsletter": False}


async def test_profile_is_empty_until_it_changes(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    response = await client.get(ME, headers=headers)
    names = {"username": None, "first_name": None, "last_name": None}
    assert response.json() == {"user_id": str(user.id), **names, "document": EMPTY, "version": 0}
    assert response.headers["etag"] == '"0"'


async def test_changed_profile_is_returned(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    document = {"job_title": "Engineer", "birthday": "1815-12-10", "language": "English", "newsletter": True}
    body = {"username": "Ada.L", "first_name": "Ada", "last_name": "Lovelace", "document": document}
    response = await client.patch(ME, headers=headers, json=body)
    changed = {"user_id": str(user.id), **body, "document": EMPTY | document, "version": 1}
    assert (response.status_code, response.json()) == (200, changed)
    assert response.headers["etag"] == '"1"'
    assert (await client.get(ME, headers=headers)).json() == changed


async def test_absent_fields_keep_their_values(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    await client.patch(ME, headers=headers, json={"username": "ada", "document": {"bio": "Hi", "newsletter": True}})
    response = await client.patch(ME, headers=headers, json={"first_name": "Ada", "document": {"bio": None}})
    changed = response.json()
    assert (changed["username"], changed["first_name"]) == ("ada", "Ada")
    assert changed["document"] == EMPTY | {"newsletter": True}


async def test_null_removes_the_username(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_profile(session, user, username="ada")
    assert (await client.patch(ME, headers=headers, json={"username": None})).json()["username"] is None


@pytest.mark.parametrize(("method", "path"), [("GET", ME), ("PATCH", ME), ("GET", SCHEMA)])
async def test_profile_needs_a_session(client: AsyncClient, method: str, path: str) -> None:
    assert problem(await client.request(method, path)) == (401, "AUTH_001")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "ab"}, "username"),
        ({"username": "a" * 51}, "username"),
        ({"username": "ada@example"}, "username"),
        ({"username": "ada lovelace"}, "username"),
        ({"username": "ada\n"}, "username"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": " \u200b"}, "first_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ({"document": {"bio": "x" * 5001}}, "document.bio"),
        ({"document": {"birthday": "yesterday"}}, "document.birthday"),
        ({"document": {"birthday": 0}}, "document.birthday"),
        ({"document": {"language": "Klingon"}}, "document.language"),
        ({"document": {"newsletter": 1}}, "document.newsletter"),
        ({"document": {"shoe_size": 38}}, "document"),
        ({"document": []}, "document"),
    ],
)
async def test_invalid_profile_is_refused(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch(ME, headers=headers, json=body)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), [field])


@pytest.mark.parametrize("body", [{"document": None}, {"document": {"newsletter": None}}])
async def test_ip05_null_is_refused_for_required_fields(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any]
) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.patch(ME, headers=headers, json=body)) == (422, "VAL_001")


async def test_nul_in_the_document_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch(ME, headers=headers, json={"document": {"bio": "a\x00b"}})
    assert problem(response) == (422, "VAL_001")


async def test_document_has_a_maximum_size(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    fits = await client.patch(ME, headers=headers, json={"document": {"bio": "😀" * 4000}})
    assert fits.status_code == 200
    response = await client.patch(ME, headers=headers, json={"document": {"bio": "😀" * 5000}})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["document"])
    assert "16 KiB" in response.json()["detail"]


async def test_fields_of_earlier_releases_are_kept(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    stored = {"nickname": "Ada", "language": "Latin", "bio": "Hi"}
    await create_profile(session, user, document=stored)
    assert (await client.get(ME, headers=headers)).json()["document"] == EMPTY | {"bio": "Hi"}
    await client.patch(ME, headers=headers, json={"document": {"newsletter": True}})
    await session.rollback()
    statement = select(Profile.document).where(Profile.user_id == user.id)
    assert (await session.exec(statement)).one() == stored | {"newsletter": True}


async def test_outdated_version_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    first = await client.patch(ME, headers=headers | {"If-Match": '"0"'}, json={"first_name": "Ada"})
    assert first.json()["version"] == 1
    response = await client.patch(ME, headers=headers | {"If-Match": '"0"'}, json={"first_name": "Bob"})
    assert problem(response) == (412, "PRE_001")
    assert response.headers["etag"] == '"1"'
    assert (await client.get(ME, headers=headers)).json()["first_name"] == "Ada"


async def test_az01_clients_cannot_set_owner_or_version(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    body = {"first_name": "Ada", "user_id": str(other.id), "version": 7}
    changed = (await client.patch(ME, headers=headers, json=body)).json()
    assert (changed["user_id"], changed["version"]) == (str(user.id), 1)


async def test_az02_others_cannot_reach_a_profile(client: AsyncClient, session: AsyncSession) -> None:
    user, _ = await signed_in_user(session)
    await create_profile(session, user, first_name="Ada")
    _, stranger = await signed_in_user(session)
    path = OF_USER.format(id=user.id)
    assert problem(await client.get(path, headers=stranger)) == (403, "AUTH_002")
    assert problem(await client.patch(path, headers=stranger, json={"first_name": "Eve"})) == (403, "AUTH_002")
    assert (await client.get(ME, headers=stranger)).json()["first_name"] is None


async def test_superuser_reads_and_changes_a_profile(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    _, headers = await signed_in_superuser(session)
    path = OF_USER.format(id=user.id)
    assert (await client.get(path, headers=headers)).json()["version"] == 0
    changed = (await client.patch(path, headers=headers, json={"username": "ada"})).json()
    assert (changed["user_id"], changed["username"], changed["version"]) == (str(user.id), "ada", 1)
    assert (await client.get(ME, headers=await sign_in(session, user))).json() == changed


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_unknown_user_has_no_profile(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.request(method, OF_USER.format(id=new_id()), headers=headers, json={})
    assert problem(response) == (404, "NOT_001")


@pytest.mark.parametrize("taken", ["ada", "ADA", "ａｄａ"])
async def test_pw11_username_is_unique_without_case(client: AsyncClient, session: AsyncSession, taken: str) -> None:
    await create_profile(session, await create_user(session), username="Ada")
    _, headers = await signed_in_user(session)
    response = await client.patch(ME, headers=headers, json={"username": taken})
    assert (problem(response), fields(response)) == ((409, "DUP_001"), ["username"])
    assert response.json()["detail"] == "This username is already taken"


async def test_pw11_look_alike_letters_are_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch(ME, headers=headers, json={"username": "аda"})  # the first letter is Cyrillic
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["username"])


async def test_user_changes_the_case_of_their_username(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_profile(session, user, username="ada")
    assert (await client.patch(ME, headers=headers, json={"username": "Ada"})).json()["username"] == "Ada"


async def test_ip12_one_of_ten_users_gets_a_username(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        everybody = [(await signed_in_user(session))[1] for _ in range(10)]
    names = ["ada", "Ada"] * 5
    responses = await asyncio.gather(
        *(live.patch(ME, headers=user, json={"username": name}) for user, name in zip(everybody, names, strict=True))
    )
    assert sorted(response.status_code for response in responses) == [200] + [409] * 9
    async with db.WriteSession() as session:
        statement = select(func.count()).where(func.lower(col(Profile.username)) == "ada")
        assert (await session.exec(statement)).one() == 1


async def test_ip12_concurrent_first_changes_are_all_kept(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user, own = await signed_in_user(session)
        _, superuser = await signed_in_superuser(session)
    ways = [(ME, own), (OF_USER.format(id=user.id), superuser)]
    bodies: list[dict[str, Any]] = [{"first_name": "Ada"}, {"last_name": "L"}, {"document": {"bio": "Hi"}}]
    requests = [(*way, body) for body in bodies for way in ways]
    responses = await asyncio.gather(*(live.patch(path, headers=who, json=body) for path, who, body in requests))
    assert {response.status_code for response in responses} == {200}
    profile = (await live.get(ME, headers=own)).json()
    assert (profile["first_name"], profile["last_name"], profile["document"]["bio"]) == ("Ada", "L", "Hi")
    assert profile["version"] == 3


async def test_profile_is_deleted_with_its_user(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_profile(session, user, username="ada")
    assert (await client.delete("/api/v1/users/me", headers=headers)).status_code == 200
    assert (await session.exec(select(func.count()).select_from(Profile))).one() == 0


@pytest.mark.parametrize(("method", "path", "budget"), [("GET", "/profiles/me", 2), ("PATCH", "/profiles/me", 6)])
async def test_profile_stays_within_its_statement_budget(
    client: AsyncClient, session: AsyncSession, statements: list[str], method: str, path: str, budget: int
) -> None:
    _, headers = await signed_in_user(session)
    body = {"first_name": "Ada"} if method == "PATCH" else None
    await assert_statements(client, statements, budget, method, path, headers, body)
