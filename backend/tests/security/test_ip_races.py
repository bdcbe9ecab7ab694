"""Concurrent requests for one account: one row, one success, never a 5xx (IP-12, IP-13)."""

import asyncio
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, func, select

from app.core.database import session as db
from app.users.models import User
from tests.auth.factories import signed_in_user
from tests.auth.new_address import confirm_email, confirmation_token
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.users.factories import PASSWORD, create_user, password_hash

SIGNUP = "/api/v1/users/signup"
ME = "/api/v1/users/me"
TOKEN = "/api/v1/login/access-token"


async def count_users(*emails: str) -> int:
    async with db.WriteSession() as session:
        return (await session.exec(select(func.count()).where(col(User.email).in_(emails)))).one()


async def test_ip12_one_of_twenty_concurrent_signups_succeeds(live: AsyncClient) -> None:
    spellings = ["ada@example.com", "ADA@example.com", "ada@EXAMPLE.com", "Ada@ｅｘａｍｐｌｅ.com"]
    responses = await asyncio.gather(
        *(live.post(SIGNUP, json={"email": email, "password": PASSWORD}) for email in spellings * 5)
    )
    assert sorted(response.status_code for response in responses) == [200] + [409] * 19
    assert {problem(response) for response in responses if response.is_error} == {(409, "DUP_001")}
    assert await count_users("ada@example.com") == 1


async def test_ip12_one_of_ten_users_gets_an_address(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        users = [await create_user(session) for _ in range(10)]
        tokens = [await confirmation_token(session, user, "ada@example.com") for user in users]
    responses = await asyncio.gather(*(confirm_email(live, token) for token in tokens))
    assert sorted(response.status_code for response in responses) == [200] + [409] * 9
    assert await count_users("ada@example.com") == 1


async def test_ip12_swapping_addresses_causes_no_server_error(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        ada, bob = await create_user(session), await create_user(session)
        tokens = [
            await confirmation_token(session, ada, bob.email),
            await confirmation_token(session, bob, ada.email),
        ]
    responses = await asyncio.gather(*(confirm_email(live, token) for token in tokens))
    assert {response.status_code for response in responses} <= {200, 409}
    assert await count_users(ada.email, bob.email) == 2


async def test_ip13_one_of_ten_own_deletions_succeeds(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
    responses = await asyncio.gather(*(live.delete(ME, headers=headers) for _ in range(10)))
    statuses = sorted(response.status_code for response in responses)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {401, 404}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ME, {"full_name": "Ada"}),
        (f"{ME}/password", {"current_password": PASSWORD, "new_password": "another horse battery"}),
    ],
    ids=["name", "password"],
)
async def test_ip13_change_of_a_deleted_account_is_refused(live: AsyncClient, path: str, body: dict[str, Any]) -> None:
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.delete(await session.get_one(User, user.id))
        await session.flush()
        request = group.create_task(live.patch(path, headers=headers, json=body))
        await until_waiting(1)
        await session.commit()
    assert request.result().status_code in (401, 404)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (None, (400, "AUTH_003")),
        ({"is_active": False}, (400, "AUTH_004")),
        ({"hashed_password": "changed"}, (400, "AUTH_003")),
    ],
    ids=["deleted", "deactivated", "new password"],
)
async def test_ip13_login_rereads_the_account_after_hashing(
    live: AsyncClient, change: dict[str, Any] | None, expected: tuple[int, str]
) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session, hashed_password=password_hash())
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        held = await session.get_one(User, user.id)
        if change is None:
            await session.delete(held)
        else:
            held.sqlmodel_update(change)
        await session.flush()
        request = group.create_task(live.post(TOKEN, data={"username": user.email, "password": PASSWORD}))
        await until_waiting(1)
        await session.commit()
    assert problem(request.result()) == expected
