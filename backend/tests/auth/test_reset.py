"""Setting a new password with the link from the mail (RE-08, RE-09)."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import OneTimeToken
from app.core.security.passwords import verify_password
from tests.auth.factories import sign_in
from tests.auth.mailbox import EMAIL, NEW_PASSWORD, RequestToken, reset_password
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

RESET = "/api/v1/reset-password/"


async def test_link_sets_the_new_password(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    user = await create_user(session, email=EMAIL)
    response = await reset_password(client, await request_token())
    assert (response.status_code, response.json()) == (200, {"message": "Password updated successfully"})
    await session.refresh(user)
    assert await verify_password(NEW_PASSWORD, user.hashed_password) == (True, None)
    assert await verify_password(PASSWORD, user.hashed_password) == (False, None)


async def test_reset_ends_all_sessions_without_signing_in(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    user = await create_user(session, email=EMAIL)
    headers = await sign_in(session, user)
    response = await reset_password(client, await request_token())
    assert "set-cookie" not in response.headers
    assert (await client.get("/api/v1/users/me", headers=headers)).status_code == 401


async def test_only_the_hash_of_a_token_is_stored(session: AsyncSession, request_token: RequestToken) -> None:
    await create_user(session, email=EMAIL)
    token = await request_token()
    [stored] = (await session.exec(select(OneTimeToken))).all()
    assert token.encode() not in stored.token_hash
    assert token not in stored.model_dump_json(exclude={"token_hash"})


async def test_weak_password_leaves_the_token_usable(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    await create_user(session, email=EMAIL)
    token = await request_token()
    refused = await reset_password(client, token, "password123")
    assert problem(refused) == (422, "VAL_001")
    assert fields(refused) == ["new_password"]
    assert (await reset_password(client, token)).status_code == 200


@pytest.mark.parametrize("token", ["nonsense", "", "é", "x" * 512, "preview"])
async def test_unknown_token_is_refused(client: AsyncClient, token: str) -> None:
    response = await reset_password(client, token)
    assert problem(response) == (400, "AUTH_005")
    assert response.json()["detail"] == "Invalid token"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"new_password": NEW_PASSWORD}, "token"),
        ({"token": "x"}, "new_password"),
        ({"token": None, "new_password": NEW_PASSWORD}, "token"),
        ({"token": 1, "new_password": NEW_PASSWORD}, "token"),
        ({"token": "x" * 513, "new_password": NEW_PASSWORD}, "token"),
        ({"token": "x", "new_password": "x" * 7}, "new_password"),
        ({"token": "x", "new_password": "x" * 129}, "new_password"),
        ({"token": "x", "new_password": None}, "new_password"),
    ],
)
async def test_invalid_value_is_reported_on_its_field(client: AsyncClient, body: dict[str, Any], field: str) -> None:
    response = await client.post(RESET, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]
