"""What ends a session: changes to the account, and time (PW-05, SE-03, AZ-04, AD-02)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.clock import utc_now
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.auth.new_address import change_email
from tests.users.factories import PASSWORD

ME = "/api/v1/users/me"
NEW = "another horse battery"
Open = Callable[[Headers], Awaitable[bool]]


@pytest.fixture
def is_open(client: AsyncClient) -> Open:
    """Return whether the headers still give access. A refusal must be a 401."""

    async def check(headers: Headers) -> bool:
        status = (await client.get(ME, headers=headers)).status_code
        assert status in (200, 401)
        return status == 200

    return check


async def test_password_change_ends_all_other_sessions(
    client: AsyncClient, session: AsyncSession, is_open: Open
) -> None:
    user, this = await signed_in_user(session)
    others = [await sign_in(session, user) for _ in range(2)]
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await client.patch(f"{ME}/password", headers=this, json=body)).status_code == 200
    assert await is_open(this)
    assert [await is_open(other) for other in others] == [False, False]


async def test_password_change_leaves_other_users_signed_in(
    client: AsyncClient, session: AsyncSession, is_open: Open
) -> None:
    _, headers = await signed_in_user(session)
    _, bystander = await signed_in_user(session)
    await client.patch(f"{ME}/password", headers=headers, json={"current_password": PASSWORD, "new_password": NEW})
    assert await is_open(bystander)


async def test_refused_password_change_ends_no_session(
    client: AsyncClient, session: AsyncSession, is_open: Open
) -> None:
    user, this = await signed_in_user(session)
    other = await sign_in(session, user)
    await client.patch(f"{ME}/password", headers=this, json={"current_password": "wrong", "new_password": NEW})
    assert await is_open(other)


async def test_email_change_ends_all_other_sessions(client: AsyncClient, session: AsyncSession, is_open: Open) -> None:
    user, other = await signed_in_user(session)
    this = await sign_in(session, user)
    assert (await change_email(client, session, user, "new@example.com")).status_code == 200
    assert [await is_open(other), await is_open(this)] == [False, True]


async def test_name_change_ends_no_session(client: AsyncClient, session: AsyncSession, is_open: Open) -> None:
    user, this = await signed_in_user(session)
    other = await sign_in(session, user)
    await client.patch(ME, headers=this, json={"full_name": "Ada", "email": user.email.upper()})
    assert await is_open(other)


@pytest.mark.parametrize("change", [{"password": NEW}, {"email": "new@example.com"}, {"is_active": False}])
async def test_superusers_change_ends_the_users_sessions(
    client: AsyncClient, session: AsyncSession, is_open: Open, change: dict[str, Any]
) -> None:
    _, superuser = await signed_in_superuser(session)
    user, headers = await signed_in_user(session)
    other = await sign_in(session, user)
    assert (await client.patch(f"/api/v1/users/{user.id}", headers=superuser, json=change)).status_code == 200
    assert (await is_open(headers), await is_open(other)) == (False, False)


async def test_reactivation_does_not_restore_sessions(
    client: AsyncClient, session: AsyncSession, is_open: Open
) -> None:
    _, superuser = await signed_in_superuser(session)
    user, headers = await signed_in_user(session)
    for active in (False, True):
        await client.patch(f"/api/v1/users/{user.id}", headers=superuser, json={"is_active": active})
    assert not await is_open(headers)


async def test_deactivated_user_with_a_session_is_refused(session: AsyncSession, is_open: Open) -> None:
    user, headers = await signed_in_user(session)
    user.is_active = False
    session.add(user)
    await session.commit()
    assert not await is_open(headers)


async def test_deleted_users_token_is_refused(client: AsyncClient, session: AsyncSession, is_open: Open) -> None:
    _, superuser = await signed_in_superuser(session)
    user, headers = await signed_in_user(session)
    await client.delete(f"/api/v1/users/{user.id}", headers=superuser)
    assert not await is_open(headers)


async def test_deleting_the_own_account_ends_every_session(
    client: AsyncClient, session: AsyncSession, is_open: Open
) -> None:
    user, headers = await signed_in_user(session)
    other = await sign_in(session, user)
    await client.delete(ME, headers=headers)
    assert (await is_open(headers), await is_open(other)) == (False, False)


async def test_valid_token_of_an_expired_session_is_refused(session: AsyncSession, is_open: Open) -> None:
    user, headers = await signed_in_user(session)
    expired = update(UserSession).where(col(UserSession.user_id) == user.id)
    await session.exec(expired.values(expires_at=utc_now() - timedelta(seconds=1)))
    await session.commit()
    assert not await is_open(headers)


async def test_loss_of_the_superuser_role_applies_immediately(client: AsyncClient, session: AsyncSession) -> None:
    _, superuser = await signed_in_superuser(session)
    other, headers = await signed_in_superuser(session)
    assert (await client.get("/api/v1/users/", headers=headers)).status_code == 200
    await client.patch(f"/api/v1/users/{other.id}", headers=superuser, json={"is_superuser": False})
    assert (await client.get("/api/v1/users/", headers=headers)).status_code in (401, 403)
