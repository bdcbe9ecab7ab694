"""Superusers create, read, update and delete accounts (IP-05)."""

import uuid
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.security.passwords import verify_password
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

USERS = "/api/v1/users/"
BODY = {"email": "ada@example.com", "password": PASSWORD}


async def test_create_user_returns_and_stores_the_user(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    body = {**BODY, "full_name": "Ada", "is_superuser": True, "is_active": False}
    response = await client.post(USERS, headers=headers, json=body)
    assert response.status_code == 200
    stored = await session.get(User, uuid.UUID(response.json()["id"]))
    assert stored is not None
    assert (stored.email, stored.full_name, stored.is_superuser, stored.is_active) == (
        "ada@example.com",
        "Ada",
        True,
        False,
    )
    assert await verify_password(PASSWORD, stored.hashed_password) == (True, None)


async def test_created_user_is_ordinary_and_active_by_default(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    response = (await client.post(USERS, headers=headers, json=BODY)).json()
    assert (response["is_active"], response["is_superuser"], response["full_name"]) == (True, False, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "ada@example.com"}, "password"),
        ({"password": PASSWORD}, "email"),
        ({**BODY, "email": "ada@"}, "email"),
        ({**BODY, "password": "x" * 7}, "password"),
        ({**BODY, "is_superuser": 1}, "is_superuser"),
        ({**BODY, "is_superuser": "true"}, "is_superuser"),
        ({**BODY, "is_superuser": None}, "is_superuser"),
        ({**BODY, "is_active": "yes"}, "is_active"),
        ({**BODY, "full_name": "x" * 256}, "full_name"),
    ],
)
async def test_create_user_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.post(USERS, headers=headers, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]


async def test_create_user_refuses_a_taken_address(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    response = await client.post(USERS, headers=headers, json={**BODY, "email": superuser.email})
    assert problem(response) == (409, "DUP_001")
    assert fields(response) == ["email"]
    assert response.json()["detail"] == "The user with this email already exists in the system"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_collection_needs_a_session(client: AsyncClient, method: str) -> None:
    response = await client.request(method, USERS, json=BODY)
    assert problem(response) == (401, "AUTH_001")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_collection_is_for_superusers_only(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, headers = await signed_in_user(session)
    response = await client.request(method, USERS, headers=headers, json=BODY)
    assert problem(response) == (403, "AUTH_002")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_user_needs_a_session(client: AsyncClient, session: AsyncSession, method: str) -> None:
    user = await create_user(session)
    response = await client.request(method, f"{USERS}{user.id}", json={"full_name": "Mallory"})
    assert problem(response) == (401, "AUTH_001")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_other_users_are_for_superusers_only(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, headers = await signed_in_user(session)
    other = await create_user(session, full_name="Ada")
    response = await client.request(method, f"{USERS}{other.id}", headers=headers, json={"full_name": "Mallory"})
    assert problem(response) == (403, "AUTH_002")
    await session.refresh(other)
    assert other.full_name == "Ada"


async def test_forbidden_response_hides_whether_the_user_exists(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    other = await create_user(session)
    existing, missing = [
        (await client.get(f"{USERS}{user_id}", headers=headers)).json() for user_id in (other.id, uuid.uuid4())
    ]
    assert {**existing, "request_id": ""} == {**missing, "request_id": ""}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_missing_user_is_not_found(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.request(method, f"{USERS}{uuid.uuid4()}", headers=headers, json={})
    assert problem(response) == (404, "NOT_001")
    expected = "The user with this id does not exist in the system" if method == "PATCH" else "User not found"
    assert response.json()["detail"] == expected


async def test_password_for_a_missing_user_is_not_found(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.patch(f"{USERS}{uuid.uuid4()}", headers=headers, json={"password": PASSWORD})
    assert problem(response) == (404, "NOT_001")
    assert response.json()["detail"] == "The user with this id does not exist in the system"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_malformed_id_is_invalid(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.request(method, f"{USERS}nobody", headers=headers, json={})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["user_id"]


async def test_read_user_by_id_returns_the_own_account(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    assert (await client.get(f"{USERS}{user.id}", headers=headers)).json()["email"] == user.email


async def test_superuser_reads_any_user_by_id(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session)
    assert (await client.get(f"{USERS}{other.id}", headers=headers)).json()["email"] == other.email


async def test_update_user_changes_only_the_given_fields(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session, full_name="Ada")
    response = (await client.patch(f"{USERS}{other.id}", headers=headers, json={"is_superuser": True})).json()
    assert (response["is_superuser"], response["is_active"]) == (True, True)
    assert (response["full_name"], response["email"]) == ("Ada", other.email)


async def test_update_user_sets_the_password(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session)
    body = {"password": "another horse battery"}
    assert (await client.patch(f"{USERS}{other.id}", headers=headers, json=body)).status_code == 200
    await session.refresh(other)
    assert await verify_password("another horse battery", other.hashed_password) == (True, None)


@pytest.mark.parametrize("field", ["email", "is_active", "is_superuser", "password"])
async def test_update_user_refuses_null_for_required_fields(
    client: AsyncClient, session: AsyncSession, field: str
) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session)
    response = await client.patch(f"{USERS}{other.id}", headers=headers, json={field: None})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]


async def test_update_user_refuses_a_taken_address(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    other = await create_user(session)
    response = await client.patch(f"{USERS}{other.id}", headers=headers, json={"email": superuser.email})
    assert problem(response) == (409, "DUP_001")
    assert fields(response) == ["email"]
    assert response.json()["detail"] == "User with this email already exists"


async def test_delete_user_deletes_the_account_and_sessions(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    other, _ = await signed_in_user(session)
    user_id = other.id
    response = await client.delete(f"{USERS}{user_id}", headers=headers)
    assert (response.status_code, response.json()) == (200, {"message": "User deleted successfully"})
    session.expunge_all()
    assert await session.get(User, user_id) is None
    left = await session.exec(select(UserSession.id).where(col(UserSession.user_id) == user_id))
    assert left.all() == []
