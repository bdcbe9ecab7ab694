"""How many items were created on each day."""

import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.items.factories import create_item
from tests.users.factories import create_user

STATS = "/api/v1/items/stats"


async def create_at(session: AsyncSession, owner_id: uuid.UUID, moment: datetime) -> None:
    await create_item(session, owner_id, created_at=moment)


def midnight(*, days_ago: int) -> datetime:
    return datetime.combine(utc_now().date() - timedelta(days=days_ago), time(), UTC)


async def stats(client: AsyncClient, headers: Headers, **params: Any) -> tuple[int, list[int]]:
    """Check the dates of the days. Returns the total and the count of each day."""
    response = await client.get(STATS, headers=headers, params=params)
    assert response.status_code == 200, response.text
    body = response.json()
    days = params.get("days", 30)
    assert [each["date"] for each in body["days"]] == [
        midnight(days_ago=ago).date().isoformat() for ago in reversed(range(days))
    ]
    return body["count"], [each["count"] for each in body["days"]]


@pytest.mark.parametrize("days", [7, 30, 90])
async def test_stats_include_days_without_items(client: AsyncClient, session: AsyncSession, days: int) -> None:
    _, headers = await signed_in_user(session)
    assert await stats(client, headers, days=days) == (0, [0] * days)


async def test_stats_count_by_days_in_utc(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    microsecond = timedelta(microseconds=1)
    for moment in (
        midnight(days_ago=6) - microsecond,  # too old
        midnight(days_ago=6),
        midnight(days_ago=5) - microsecond,
        midnight(days_ago=5),
        midnight(days_ago=1) + timedelta(hours=12),
        utc_now(),
    ):
        await create_at(session, user.id, moment)
    assert await stats(client, headers, days=7) == (6, [2, 1, 0, 0, 0, 1, 1])
    assert (await stats(client, headers))[1][-8:] == [1, 2, 1, 0, 0, 0, 1, 1]


async def test_stats_include_imported_items(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    for id in (uuid.UUID(int=1), uuid.uuid4(), uuid.UUID(int=2**128 - 1)):
        await create_item(session, user.id, id=id, created_at=midnight(days_ago=6))
    assert await stats(client, headers, days=7) == (3, [3, 0, 0, 0, 0, 0, 0])


async def test_stats_count_own_items_also_for_superusers(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    superuser, superuser_headers = await signed_in_superuser(session)
    for owner in (user, user, superuser):
        await create_item(session, owner.id)
    assert (await stats(client, headers, days=7)) == (2, [0] * 6 + [2])
    assert (await stats(client, headers, days=7, all=False)) == (2, [0] * 6 + [2])
    assert (await stats(client, superuser_headers, days=7)) == (1, [0] * 6 + [1])
    assert (await stats(client, superuser_headers, days=7, all=True)) == (3, [0] * 6 + [3])


async def test_stats_of_all_items_are_for_superusers(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.get(STATS, headers=headers, params={"all": True})
    assert problem(response) == (403, "AUTH_002")


async def test_stats_need_a_session(client: AsyncClient, session: AsyncSession) -> None:
    await create_item(session, (await create_user(session)).id)
    assert problem(await client.get(STATS)) == (401, "AUTH_001")


@pytest.mark.parametrize(
    ("name", "value"), [("days", 6), ("days", 91), ("days", "x"), ("days", 2**63), ("days", 7.5), ("all", "maybe")]
)
async def test_stats_refuse_invalid_parameters(
    client: AsyncClient, session: AsyncSession, name: str, value: object
) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.get(STATS, headers=headers, params={name: str(value)})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [name]
