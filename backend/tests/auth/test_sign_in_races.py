"""A user who changes while a sign-in hashes their password: the session is created only for what was verified."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import delete, update
from sqlmodel import col, func, select

from app.auth import sign_in
from app.auth.models import UserSession
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.security.passwords import hash_password, verify_password
from app.users.models import User
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.users.factories import PASSWORD, create_user

LOGIN = "/api/v1/login/access-token"


async def signing_in(live: AsyncClient, user: User) -> Response:
    return await live.post(LOGIN, data={"username": user.email, "password": PASSWORD})


async def sessions_of(user: User) -> int:
    async with db.WriteSession() as session:
        count = select(func.count()).select_from(UserSession).where(col(UserSession.user_id) == user.id)
        return (await session.exec(count)).one()


@pytest.fixture
async def user(live: AsyncClient) -> User:
    async with db.WriteSession() as session:
        return await create_user(session)


async def sign_in_during(live: AsyncClient, user: User, change: Any, monkeypatch: pytest.MonkeyPatch) -> Response:
    """Commit a change after the password was verified, and before the session is created."""
    changes = [change]

    async def verify(password: str, password_hash: str | None) -> tuple[bool, str | None]:
        result = await verify_password(password, password_hash)
        if changes:
            async with db.transaction() as session:
                await session.exec(changes.pop())
        return result

    monkeypatch.setattr(sign_in, "verify_password", verify)
    return await signing_in(live, user)


async def test_changed_password_wins(live: AsyncClient, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    change = update(User).values(hashed_password=await hash_password("another horse battery"))
    assert problem(await sign_in_during(live, user, change, monkeypatch)) == (400, "AUTH_003")
    assert await sessions_of(user) == 0


@pytest.mark.parametrize(
    "change", [update(User).values(email="other@example.com"), delete(User)], ids=["moved", "gone"]
)
async def test_address_without_account_is_refused(
    live: AsyncClient, user: User, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert problem(await sign_in_during(live, user, change, monkeypatch)) == (400, "AUTH_003")
    assert await sessions_of(user) == 0


async def test_deactivation_wins(live: AsyncClient, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    response = await sign_in_during(live, user, update(User).values(is_active=False), monkeypatch)
    assert (response.status_code, response.json()["detail"]) == (400, "Inactive user")
    assert await sessions_of(user) == 0


async def test_other_change_does_not_disturb(live: AsyncClient, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    response = await sign_in_during(live, user, update(User).values(full_name="Ada"), monkeypatch)
    assert response.status_code == 200
    assert await sessions_of(user) == 1


async def test_uncommitted_deactivation_is_waited_for(live: AsyncClient, user: User) -> None:
    async with db.WriteSession() as session:
        await session.exec(update(User).values(is_active=False))
        request = asyncio.create_task(signing_in(live, user))
        await until_waiting(1)
        await session.commit()
    assert (await request).json()["detail"] == "Inactive user"
    assert await sessions_of(user) == 0


async def test_expired_sessions_are_deleted(live: AsyncClient, user: User) -> None:
    async with db.transaction() as session:
        session.add(UserSession(user_id=user.id, expires_at=utc_now()))
    assert (await signing_in(live, user)).status_code == 200
    assert await sessions_of(user) == 1
