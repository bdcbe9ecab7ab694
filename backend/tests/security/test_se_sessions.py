"""Each sign-in opens a new session (SE-11), and ends the others if that is wanted (SE-16)."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.config import settings
from app.auth.models import UserSession
from app.core.database import session as db
from app.users.models import User
from tests.auth.factories import Headers, signed_in_user
from tests.users.factories import PASSWORD, create_user

LOGIN = "/api/v1/login/session"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def test_se11_existing_cookie_is_never_adopted(client: AsyncClient, session: AsyncSession) -> None:
    """Neither an attacker's session nor the user's own, because an attacker could have planted the cookie."""
    attacker, user = await create_user(session), await create_user(session)
    await client.post(LOGIN, headers=SAME_ORIGIN, json={"email": attacker.email, "password": PASSWORD})
    planted = dict(client.cookies)
    for _ in range(2):
        response = await client.post(LOGIN, headers=SAME_ORIGIN, json={"email": user.email, "password": PASSWORD})
        assert response.status_code == 200
        assert dict(client.cookies) != planted
    sessions = (await session.exec(select(UserSession).where(UserSession.user_id == user.id))).all()
    assert len({each.id for each in sessions}) == 2


async def signed_in(client: AsyncClient, user: User) -> Headers:
    response = await client.post("/api/v1/login/access-token", data={"username": user.email, "password": PASSWORD})
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


async def open_sessions(client: AsyncClient, *sessions: Headers) -> list[bool]:
    return [(await client.get("/api/v1/users/me", headers=each)).status_code == 200 for each in sessions]


@pytest.mark.parametrize("is_single", [True, False])
async def test_se16_sign_in_ends_other_sessions(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch, is_single: bool
) -> None:
    user, (_, stranger) = await create_user(session), await signed_in_user(session)
    await session.commit()
    monkeypatch.setattr(settings, "SINGLE_SESSION", is_single)
    first, second = await signed_in(client, user), await signed_in(client, user)
    assert await open_sessions(client, first, second, stranger) == [not is_single, True, True]


async def test_se16_one_of_concurrent_sign_ins_stays(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
        await session.commit()
    monkeypatch.setattr(settings, "SINGLE_SESSION", True)
    sessions = await asyncio.gather(*(signed_in(live, user) for _ in range(4)))
    assert (await open_sessions(live, *sessions)).count(True) == 1
