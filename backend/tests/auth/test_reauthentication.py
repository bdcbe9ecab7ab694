"""A user proves again who they are, for what needs a recent session."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.database import session as db
from app.core.security import passwords
from app.core.security.passwords import hash_password
from app.users.models import User
from tests.auth.factories import Headers, sign_in
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

REAUTHENTICATE, SESSIONS = "/api/v1/login/reauthenticate", "/api/v1/sessions/"


async def prove(client: AsyncClient, headers: Headers, password: str | None = PASSWORD) -> Response:
    return await client.post(REAUTHENTICATE, headers=headers, json={"password": password})


async def is_recent(client: AsyncClient, headers: Headers) -> bool:
    response = await client.delete(SESSIONS, headers=headers)
    assert response.status_code == 200 or problem(response) == (403, "AUTH_REAUTHENTICATION_REQUIRED")
    return response.status_code == 200


async def old_session(session: AsyncSession) -> tuple[User, Headers]:
    user = await create_user(session)
    return user, await sign_in(session, user, authenticated_at=utc_now() - timedelta(minutes=11))


async def test_password_makes_the_session_recent(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    _, headers = await old_session(session)
    assert not await is_recent(client, headers)
    response = await prove(client, headers)
    assert (response.status_code, response.json()) == (200, {"message": "Confirmed"})
    assert await is_recent(client, headers)
    clock.advance(timedelta(minutes=11))
    assert not await is_recent(client, headers)


async def test_proof_counts_for_its_session_only(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await old_session(session)
    other = await sign_in(session, user, authenticated_at=utc_now() - timedelta(minutes=11))
    await prove(client, headers)
    assert not await is_recent(client, other)


@pytest.mark.parametrize("password", ["a wrong password", "", None])
async def test_wrong_password_proves_nothing(client: AsyncClient, session: AsyncSession, password: str | None) -> None:
    _, headers = await old_session(session)
    response = await prove(client, headers, password)
    assert (problem(response), fields(response)) == ((400, "AUTH_003"), ["password"])
    assert not await is_recent(client, headers)


async def test_proof_needs_a_session(client: AsyncClient) -> None:
    assert problem(await client.post(REAUTHENTICATE, json={"password": PASSWORD})) == (401, "AUTH_001")


Change = Callable[[AsyncSession, User], Awaitable[object]]


async def change_password(session: AsyncSession, user: User) -> None:
    (await session.get_one(User, user.id)).hashed_password = await hash_password("another horse battery")


async def deactivate(session: AsyncSession, user: User) -> None:
    (await session.get_one(User, user.id)).is_active = False


@pytest.mark.parametrize("change", [change_password, deactivate])
async def test_change_during_the_hash_wins(live: AsyncClient, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    async with db.WriteSession() as session:
        user, headers = await old_session(session)
    verify = passwords.verify_password

    async def after_the_change(password: str, password_hash: str | None) -> tuple[bool, str | None]:
        async with db.transaction() as session:
            await change(session, user)
        return await verify(password, password_hash)

    monkeypatch.setattr("app.auth.sign_in.verify_password", after_the_change)
    async with asyncio.timeout(20):
        assert problem(await prove(live, headers)) == (401, "AUTH_001")
