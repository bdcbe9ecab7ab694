"""Setting a new password by the link that came by mail (RE-08, RE-09)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import OneTimeToken
from app.core.security.passwords import verify_password
from tests.auth.factories import sign_in
from tests.auth.mailbox import Mails, ask_for_token
from tests.core.answers import fields, problem
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD, create_user

RESET = "/api/v1/reset-password/"
NEW = "another horse battery"
EMAIL = "ada@example.com"
Ask = Callable[[], Awaitable[str]]


@pytest.fixture
def ask(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> Ask:
    """Asks for a link for `EMAIL` and answers its token."""

    async def ask() -> str:
        return await ask_for_token(client, mails, run_jobs, EMAIL)

    return ask


async def reset(client: AsyncClient, token: str, password: str = NEW) -> Response:
    return await client.post(RESET, json={"token": token, "new_password": password})


async def test_link_sets_the_new_password(client: AsyncClient, session: AsyncSession, ask: Ask) -> None:
    user = await create_user(session, email=EMAIL)
    response = await reset(client, await ask())
    assert (response.status_code, response.json()) == (200, {"message": "Password updated successfully"})
    await session.refresh(user)
    assert await verify_password(NEW, user.hashed_password) == (True, None)
    assert await verify_password(PASSWORD, user.hashed_password) == (False, None)


async def test_reset_ends_all_sessions_and_opens_none(client: AsyncClient, session: AsyncSession, ask: Ask) -> None:
    user = await create_user(session, email=EMAIL)
    headers = await sign_in(session, user)
    response = await reset(client, await ask())
    assert "set-cookie" not in response.headers
    assert (await client.get("/api/v1/users/me", headers=headers)).status_code == 401


async def test_token_is_stored_as_a_hash_only(session: AsyncSession, ask: Ask) -> None:
    await create_user(session, email=EMAIL)
    token = await ask()
    [stored] = (await session.exec(select(OneTimeToken))).all()
    assert token.encode() not in stored.token_hash
    assert token not in stored.model_dump_json(exclude={"token_hash"})


async def test_weak_password_leaves_the_token_usable(client: AsyncClient, session: AsyncSession, ask: Ask) -> None:
    await create_user(session, email=EMAIL)
    token = await ask()
    refused = await reset(client, token, "password123")
    assert problem(refused) == (422, "VAL_001")
    assert fields(refused) == ["new_password"]
    assert (await reset(client, token)).status_code == 200


@pytest.mark.parametrize("token", ["nonsense", "", "é", "x" * 512, "preview"])
async def test_unknown_token_is_refused(client: AsyncClient, token: str) -> None:
    response = await reset(client, token)
    assert problem(response) == (400, "AUTH_005")
    assert response.json()["detail"] == "Invalid token"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"new_password": NEW}, "token"),
        ({"token": "x"}, "new_password"),
        ({"token": None, "new_password": NEW}, "token"),
        ({"token": 1, "new_password": NEW}, "token"),
        ({"token": "x" * 513, "new_password": NEW}, "token"),
        ({"token": "x", "new_password": "x" * 7}, "new_password"),
        ({"token": "x", "new_password": "x" * 129}, "new_password"),
        ({"token": "x", "new_password": None}, "new_password"),
    ],
)
async def test_invalid_values_are_refused_at_the_field(client: AsyncClient, body: dict[str, Any], field: str) -> None:
    response = await client.post(RESET, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]
