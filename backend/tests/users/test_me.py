"""Users read, update and delete their own account (IP-05)."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.users.factories import create_user

ME = "/api/v1/users/me"


async def test_read_user_me_returns_the_public_fields(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session, full_name="Ada")
    assert (await client.get(ME, headers=headers)).json() == {
        "id": str(user.id),
        "email": user.email,
        "full_name": "Ada",
        "is_active": True,
        "is_superuser": False,
        "created_at": user.created_at.isoformat().replace("+00:00", "Z"),
        "version": 1,
        "avatar_url": None,
    }


@pytest.mark.parametrize(("method", "path"), [("GET", ME), ("PATCH", ME), ("DELETE", ME), ("PATCH", f"{ME}/password")])
async def test_own_account_needs_a_session(client: AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path, json={})
    assert problem(response) == (401, "AUTH_001")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_update_user_me_changes_the_name(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session, email="ada@example.com")
    body = {"full_name": "Ada Lovelace", "email": " ADA@example.com"}
    response = (await client.patch(ME, headers=headers, json=body)).json()
    await session.refresh(user)
    assert (response["full_name"], response["email"]) == ("Ada Lovelace", "ada@example.com")
    assert (user.full_name, user.email) == ("Ada Lovelace", "ada@example.com")


async def test_update_user_me_keeps_absent_fields(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session, full_name="Ada")
    response = (await client.patch(ME, headers=headers, json={"email": user.email})).json()
    assert (response["full_name"], response["email"]) == ("Ada", user.email)


async def test_update_user_me_without_fields_changes_nothing(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session, full_name="Ada")
    response = (await client.patch(ME, headers=headers, json={})).json()
    assert (response["full_name"], response["email"]) == ("Ada", user.email)


async def test_update_user_me_with_null_clears_the_name(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session, full_name="Ada")
    assert (await client.patch(ME, headers=headers, json={"full_name": None})).json()["full_name"] is None


@pytest.mark.parametrize("name", [" ", "\u200b", "\u2066\u202e", "\u3164"])
async def test_invisible_name_counts_as_empty(client: AsyncClient, session: AsyncSession, name: str) -> None:
    """Pages show the address of a user without a name."""
    _, headers = await signed_in_user(session, full_name="Ada")
    assert (await client.patch(ME, headers=headers, json={"full_name": name})).json()["full_name"] == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": None}, "email"),
        ({"email": "nonsense"}, "email"),
        ({"email": 1}, "email"),
        ({"email": ""}, "email"),
        ({"full_name": 1}, "full_name"),
        ({"full_name": "x" * 256}, "full_name"),
    ],
)
async def test_update_user_me_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    user, headers = await signed_in_user(session, full_name="Ada")
    response = await client.patch(ME, headers=headers, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]
    await session.refresh(user)
    assert user.full_name == "Ada"


@pytest.mark.parametrize("is_taken", [True, False])
async def test_update_user_me_refuses_another_email(client: AsyncClient, session: AsyncSession, is_taken: bool) -> None:
    """With the same answer, whether or not the address has an account."""
    if is_taken:
        await create_user(session, email="new@example.com")
    user, headers = await signed_in_user(session, full_name="Ada")
    email_before = user.email
    response = await client.patch(ME, headers=headers, json={"full_name": "Eve", "email": "new@example.com"})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["email"])
    assert "POST /users/me/email" in response.json()["detail"]
    await session.refresh(user)
    assert (user.email, user.full_name) == (email_before, "Ada")


async def test_update_user_me_accepts_the_current_email(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    response = await client.patch(ME, headers=headers, json={"email": user.email, "full_name": "Ada"})
    assert (response.status_code, response.json()["full_name"]) == (200, "Ada")


async def test_delete_user_me_deletes_the_account(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    user_id = user.id
    response = await client.delete(ME, headers=headers)
    assert (response.status_code, response.json()) == (200, {"message": "User deleted successfully"})
    session.expunge_all()
    assert await session.get(User, user_id) is None


async def test_superuser_cannot_delete_their_own_account(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_superuser(session)
    await signed_in_superuser(session)  # another superuser, so that this is not the last one
    for path in (ME, f"/api/v1/users/{user.id}"):
        response = await client.delete(path, headers=headers)
        assert problem(response) == (403, "AUTH_002")
        assert response.json()["detail"] == "Super users are not allowed to delete themselves"
    assert (await client.get(ME, headers=headers)).status_code == 200
