"""Deleting many users with one request."""

import asyncio
import uuid
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.errors import Conflict
from app.users import crud
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.core.races import until_waiting
from tests.users.factories import create_user

BULK = "/api/v1/users/bulk-delete"


def ids(*users: User | uuid.UUID) -> dict[str, list[str]]:
    return {"ids": [str(user.id if isinstance(user, User) else user) for user in users]}


async def emails(session: AsyncSession) -> list[str]:
    return list((await session.exec(select(User.email).order_by(col(User.id)))).all())


async def test_bulk_delete_counts_the_users_it_deletes(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    users = [await create_user(session, is_superuser=n == 2) for n in range(3)]
    kept = [superuser.email, users[1].email]
    body = ids(users[2], users[0], users[0], uuid.uuid4())
    response = await client.post(BULK, headers=headers, json=body)
    assert (response.status_code, response.json()) == (200, {"count": 2})
    assert await emails(session) == kept
    assert (await client.post(BULK, headers=headers, json=body)).json() == {"count": 0}


async def test_bulk_delete_ends_their_sessions(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    user, own_headers = await signed_in_user(session)
    assert (await client.post(BULK, headers=headers, json=ids(user))).json() == {"count": 1}
    assert problem(await client.get("/api/v1/users/me", headers=own_headers)) == (401, "AUTH_001")


async def test_bulk_delete_with_the_own_account_deletes_nobody(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    user = await create_user(session)
    response = await client.post(BULK, headers=headers, json=ids(user, superuser))
    assert problem(response) == (403, "AUTH_002")
    assert len(await emails(session)) == 2


async def test_bulk_delete_of_all_superusers_deletes_nobody(session: AsyncSession) -> None:
    users = [await create_user(session, is_superuser=n > 0) for n in range(4)]
    await create_user(session, is_superuser=True, is_active=False)  # does not count
    user_ids = [user.id for user in users]
    with pytest.raises(Conflict):
        await crud.delete_users(session=session, user_ids=user_ids)
    assert len(await emails(session)) == 5
    assert len(await crud.delete_users(session=session, user_ids=user_ids[:3])) == 3


async def test_bulk_delete_needs_a_session(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    assert problem(await client.post(BULK, json=ids(user))) == (401, "AUTH_001")
    assert len(await emails(session)) == 1


async def test_bulk_delete_is_for_superusers_only(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    for body in (ids(other), ids(user)):
        assert problem(await client.post(BULK, headers=headers, json=body)) == (403, "AUTH_002")
    assert len(await emails(session)) == 2


SOME_ID = "01900000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "ids"), ({"ids": []}, "ids"), ({"ids": [SOME_ID] * 101}, "ids"), ({"ids": [SOME_ID, "nobody"]}, "ids.1")],
)
async def test_bulk_delete_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.post(BULK, headers=headers, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]


async def test_concurrent_bulk_deletes_and_changes_do_not_deadlock(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        signed_in = [await signed_in_superuser(session) for _ in range(3)]
        users = [await create_user(session) for _ in range(12)]
    orders = [users, users[::-1], users[6:] + users[:6]]
    path = f"/api/v1/users/{users[9].id}"
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.get(User, users[5].id, with_for_update=True)
        requests = [
            group.create_task(live.post(BULK, headers=headers, json=ids(*order)))
            for order, (_, headers) in zip(orders, signed_in, strict=True)
        ]
        await until_waiting(len(orders))
        change = group.create_task(live.patch(path, headers=signed_in[0][1], json={"is_active": False}))
        await until_waiting(len(orders) + 1)
        await session.commit()
    responses = [request.result() for request in requests]
    assert [response.status_code for response in responses] == [200] * len(orders), [each.text for each in responses]
    assert sorted(response.json()["count"] for response in responses) == [0, 0, len(users)]
    assert change.result().status_code in (200, 404)
