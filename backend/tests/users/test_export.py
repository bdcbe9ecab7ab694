"""The list of users as CSV."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.lists.paged_list import CHUNK_ROWS
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import csv_rows, fields, listed_as_csv, problem
from tests.users.factories import create_user

USERS = "/api/v1/users/"
EXPORT = f"{USERS}export"
ROWS = CHUNK_ROWS + 200


async def create_many_users(session: AsyncSession, count: int) -> None:
    """Create users: some without a name, some with the same name, some inactive."""
    rows = [
        {"id": new_id(), "email": f"user-{n * 7919 % count}@example.com", "hashed_password": "", "version": 1 + n % 3}
        | {"full_name": None if n % 5 == 0 else f"Name {n % 50}", "created_at": utc_now()}
        | {"is_active": n % 4 != 0, "is_superuser": n % 9 == 0}
        for n in range(count)
    ]
    await (await session.connection()).execute(insert(User), rows)
    await session.commit()


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "created_at"},
        {"sort": "-created_at"},
        {"sort": "email"},
        {"sort": "-email"},
        {"sort": "full_name"},
        {"sort": "-full_name"},
        {"is_active": False, "is_superuser": True, "q": "name 1", "sort": "full_name"},
    ],
    ids=str,
)
async def test_export_matches_the_whole_list(
    client: AsyncClient, session: AsyncSession, params: dict[str, Any]
) -> None:
    _, headers = await signed_in_superuser(session)
    await create_many_users(session, ROWS)
    response = await client.get(EXPORT, headers=headers, params=params)
    rows = csv_rows(response)
    assert rows == await listed_as_csv(client, USERS, headers, **params)
    assert response.headers["x-total-count"] == str(len(rows))
    assert response.headers["content-disposition"] == 'attachment; filename="users.csv"'
    assert len(rows) == ROWS + 1 or "q" in params


async def test_export_contains_no_password_and_no_formula(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session, full_name="=cmd|' /C calc'!A0", email="+a@example.com")
    response = await client.get(EXPORT, headers=headers, params={"sort": "-created_at"})
    row = csv_rows(response)[0]
    assert (row["full_name"], row["email"]) == ("'=cmd|' /C calc'!A0", "'+a@example.com")
    assert user.hashed_password not in response.text
    assert "password" not in response.text


async def test_export_needs_a_session(client: AsyncClient) -> None:
    assert problem(await client.get(EXPORT)) == (401, "AUTH_001")


async def test_export_is_for_superusers_only(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.get(EXPORT, headers=headers)) == (403, "AUTH_002")


@pytest.mark.parametrize(("name", "value"), [("sort", "hashed_password"), ("is_active", "maybe"), ("q", "x" * 256)])
async def test_export_refuses_invalid_parameters(
    client: AsyncClient, session: AsyncSession, name: str, value: str
) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.get(EXPORT, headers=headers, params={name: value})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [name]
