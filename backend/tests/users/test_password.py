"""Users change their own password (PW-05)."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.security.passwords import hash_password, verify_password
from tests.auth.factories import signed_in_user
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD

PATH = "/api/v1/users/me/password"
NEW = "another horse battery"


async def test_new_password_replaces_the_old_one(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    response = await client.patch(PATH, headers=headers, json={"current_password": PASSWORD, "new_password": NEW})
    assert (response.status_code, response.json()) == (200, {"message": "Password updated successfully"})
    await session.refresh(user)
    assert await verify_password(NEW, user.hashed_password) == (True, None)
    assert await verify_password(PASSWORD, user.hashed_password) == (False, None)


@pytest.mark.parametrize(
    ("current", "new", "detail"),
    [
        ("a wrong password", NEW, "Incorrect password"),
        (PASSWORD.upper(), NEW, "Incorrect password"),
        ("", NEW, "Incorrect password"),
        (PASSWORD, PASSWORD, "New password cannot be the same as the current one"),
    ],
)
async def test_password_change_is_refused(
    client: AsyncClient, session: AsyncSession, current: str, new: str, detail: str
) -> None:
    user, headers = await signed_in_user(session)
    hash_before = user.hashed_password
    response = await client.patch(PATH, headers=headers, json={"current_password": current, "new_password": new})
    assert problem(response) == (400, "REQ_001")
    assert response.json()["detail"] == detail
    await session.refresh(user)
    assert user.hashed_password == hash_before


async def test_other_spelling_is_the_same_password(client: AsyncClient, session: AsyncSession) -> None:
    """Passwords are compared in their normalized form."""
    spelled, same = "\ufb01sh and chips", "fish and chips"
    _, headers = await signed_in_user(session, hashed_password=await hash_password(spelled))
    response = await client.patch(PATH, headers=headers, json={"current_password": spelled, "new_password": same})
    assert response.json()["detail"] == "New password cannot be the same as the current one"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"current_password": PASSWORD}, "new_password"),
        ({"new_password": NEW}, "current_password"),
        ({"current_password": None, "new_password": NEW}, "current_password"),
        ({"current_password": PASSWORD, "new_password": None}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "x" * 7}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "x" * 129}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "password123"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": 12345678}, "new_password"),
    ],
)
async def test_password_change_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch(PATH, headers=headers, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]
