"""The list of users: search, order, pages (IP-04, IP-11)."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.users import crud
from tests.auth.factories import Headers, signed_in_superuser
from tests.core.answers import fields, problem
from tests.users.factories import create_user

USERS = "/api/v1/users/"
NAMES = ["carol", "alice", "Bob", "dave"]


@pytest.fixture
async def headers(session: AsyncSession) -> Headers:
    """Headers of a superuser, who is the oldest user. There are four more users, one without a full name."""
    user, headers = await signed_in_superuser(session)
    user.email, user.full_name = "root@example.com", "Zoe"
    session.add(user)
    await session.commit()
    for name in NAMES:
        full_name = None if name == "dave" else f"{name} of %_\\ Town"
        await create_user(session, email=f"{name.lower()}@example.com", full_name=full_name)
    return headers


async def listed(client: AsyncClient, headers: Headers, **params: Any) -> tuple[list[str], dict[str, Any]]:
    """Return the local parts of the email addresses, and the whole response."""
    response = await client.get(USERS, headers=headers, params=params)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return [user["email"].partition("@")[0] for user in body["data"]], body


async def test_list_returns_public_fields_newest_first(client: AsyncClient, headers: Headers) -> None:
    names, body = await listed(client, headers)
    assert names == ["dave", "bob", "alice", "carol", "root"]
    assert body["count"] == 5
    assert " ".join(sorted(body["data"][0])) == (
        "avatar_url created_at email full_name id is_active is_superuser version"
    )


async def test_imported_users_are_listed_by_their_time(
    client: AsyncClient, session: AsyncSession, headers: Headers
) -> None:
    """Ids of another system, such as UUIDv4, say nothing about when a row was created."""
    lowest, highest = uuid.UUID(int=1), uuid.UUID(int=2**128 - 1)
    await create_user(session, email="new@example.com", id=lowest)
    await create_user(session, email="old@example.com", id=highest, created_at=utc_now() - timedelta(days=1))
    names = ["old", "root", "carol", "alice", "bob", "dave", "new"]
    assert (await listed(client, headers, sort="created_at"))[0] == names
    assert (await listed(client, headers, sort="-created_at"))[0] == names[::-1]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("created_at", ["root", "carol", "alice", "bob", "dave"]),
        ("-created_at", ["dave", "bob", "alice", "carol", "root"]),
        ("email", ["alice", "bob", "carol", "dave", "root"]),
        ("-email", ["root", "dave", "carol", "bob", "alice"]),
        ("full_name", ["dave", "alice", "bob", "carol", "root"]),
        ("-full_name", ["root", "carol", "bob", "alice", "dave"]),
    ],
)
async def test_list_sorts(client: AsyncClient, headers: Headers, sort: str, expected: list[str]) -> None:
    assert (await listed(client, headers, sort=sort))[0] == expected


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "email", "-email", "full_name", "-full_name"])
async def test_cursors_visit_every_user_once_in_order(client: AsyncClient, headers: Headers, sort: str) -> None:
    expected, _ = await listed(client, headers, sort=sort)
    visited, body = await listed(client, headers, sort=sort, limit=2)
    while cursor := body["pagination"]["next_cursor"]:
        names, body = await listed(client, headers, sort=sort, limit=2, cursor=cursor)
        visited += names
    assert visited == expected


async def test_pages_describe_themselves(client: AsyncClient, headers: Headers) -> None:
    names, body = await listed(client, headers, page=2, limit=2)
    assert names == ["alice", "carol"]
    assert body["pagination"].pop("next_cursor")
    assert body["pagination"] == {
        "page": 2,
        "page_size": 2,
        "total_pages": 3,
        "has_next": True,
        "has_prev": True,
        "count_is_exact": True,
    }


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ALICE@", ["alice"]),
        ("zoe", ["root"]),
        ("example.com", ["dave", "bob", "alice", "carol", "root"]),
        ("%_\\", ["bob", "alice", "carol"]),
        ("nobody", []),
        ("' or 1=1 --", []),
    ],
)
async def test_search_covers_email_and_name_in_any_case(
    client: AsyncClient, headers: Headers, q: str, expected: list[str]
) -> None:
    names, body = await listed(client, headers, q=q)
    assert names == expected
    assert body["count"] == len(expected)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"is_active": True}, ["dave", "alice", "carol", "root"]),
        ({"is_active": False}, ["bob"]),
        ({"is_superuser": True}, ["dave", "root"]),
        ({"is_superuser": False}, ["bob", "alice", "carol"]),
        ({"is_superuser": True, "q": "zoe"}, ["root"]),
        ({"is_superuser": False, "is_active": True}, ["alice", "carol"]),
        ({"is_superuser": True, "is_active": False}, []),
    ],
    ids=str,
)
async def test_list_filters_by_role_and_state(
    client: AsyncClient, session: AsyncSession, headers: Headers, params: dict[str, Any], expected: list[str]
) -> None:
    for name, change in (("bob", {"is_active": False}), ("dave", {"is_superuser": True})):
        user = await crud.get_user_by_email(session=session, email=f"{name}@example.com")
        assert user is not None
        user.sqlmodel_update(change)
    await session.commit()
    names, body = await listed(client, headers, **params)
    assert (names, body["count"]) == (expected, len(expected))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "-1"),
        ("limit", "1000000000"),
        ("skip", str(2**63)),
        ("sort", "hashed_password"),
        ("cursor", "x"),
        ("is_active", "maybe"),
        ("is_superuser", "2"),
    ],
)
async def test_parameter_out_of_range_is_refused(client: AsyncClient, headers: Headers, name: str, value: str) -> None:
    response = await client.get(USERS, headers=headers, params={name: value})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [name]
