"""How many users there are, and how many signed up on each day."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.users.factories import create_user

STATS = "/api/v1/users/stats"


async def test_stats_count_all_and_each_day(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    today = utc_now().date()
    start = datetime.combine(today - timedelta(days=6), time(), UTC)
    for created_at, values in (
        (start - timedelta(microseconds=1), {"is_active": False}),
        (start, {"is_superuser": True, "is_active": False}),
        (start + timedelta(days=1), {}),
        (start + timedelta(days=2) - timedelta(microseconds=1), {}),
    ):
        await create_user(session, created_at=created_at, **values)
    body: dict[str, Any] = (await client.get(STATS, headers=headers, params={"days": 7})).json()
    days = body.pop("days")
    assert body == {"count": 5, "active_count": 3, "superuser_count": 2}
    assert [day["count"] for day in days] == [1, 2, 0, 0, 0, 0, 1]
    assert [day["date"] for day in days] == [(today - timedelta(days=ago)).isoformat() for ago in range(6, -1, -1)]


@pytest.mark.parametrize("days", [None, 7, 90])
async def test_stats_cover_the_requested_days(client: AsyncClient, session: AsyncSession, days: int | None) -> None:
    _, headers = await signed_in_superuser(session)
    body = (await client.get(STATS, headers=headers, params={"days": days} if days else {})).json()
    assert [day["count"] for day in body["days"]] == [0] * ((days or 30) - 1) + [1]


async def test_stats_need_a_session(client: AsyncClient) -> None:
    assert problem(await client.get(STATS)) == (401, "AUTH_001")


async def test_stats_are_for_superusers_only(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.get(STATS, headers=headers)) == (403, "AUTH_002")


@pytest.mark.parametrize("days", [6, 91, "x", 2**63])
async def test_stats_refuse_other_numbers_of_days(client: AsyncClient, session: AsyncSession, days: object) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.get(STATS, headers=headers, params={"days": str(days)})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["days"]
