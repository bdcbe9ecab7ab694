"""Superusers read, filter and export the audit log; nobody else sees it."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import csv_rows, problem
from tests.users.factories import create_user

V1 = "/api/v1"
EVENTS = f"{V1}/audit/"
EXPORT = f"{EVENTS}export"


async def rename(client: AsyncClient, headers: Headers, user: User, name: str, request_id: str) -> None:
    headers = {**headers, "X-Correlation-ID": request_id}
    response = await client.patch(f"{V1}/users/{user.id}", headers=headers, json={"full_name": name})
    assert response.status_code == 200, response.text


async def listed(client: AsyncClient, headers: Headers, **params: Any) -> list[dict[str, Any]]:
    response = await client.get(EVENTS, headers=headers, params=params)
    assert response.status_code == 200, response.text
    assert response.json()["count"] == len(response.json()["data"])
    return list(response.json()["data"])


@pytest.mark.parametrize("path", [EVENTS, EXPORT])
async def test_log_is_for_superusers_only(client: AsyncClient, session: AsyncSession, path: str) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.get(path, headers=headers)) == (403, "AUTH_002")
    assert problem(await client.get(path)) == (401, "AUTH_001")


async def test_newest_event_is_first_with_its_user(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    user = await create_user(session)
    await rename(client, headers, user, "Ada", "first-request")
    await rename(client, headers, user, "Grace", "second-request")
    second, first = (await listed(client, headers))[:2]
    assert (second["user_email"], second["request_id"]) == (superuser.email, "second-request")
    assert (second["before"], second["after"]) == ({"full_name": "Ada"}, {"full_name": "Grace"})
    assert first["request_id"] == "first-request"


async def test_filters_find_one_event(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    _, others = await signed_in_superuser(session)
    user, other = await create_user(session), await create_user(session)
    started = utc_now().isoformat()
    await rename(client, headers, user, "Ada", "first-request")
    await rename(client, others, other, "Grace", "second-request")
    for params in (
        {"user_id": str(superuser.id)},
        {"record_id": str(user.id), "action": "user.update"},
        {"request_id": "first-request"},
        {"q": superuser.email, "since": started},
        {"action": "user.update", "since": started, "q": str(user.id)},
    ):
        assert [event["request_id"] for event in await listed(client, headers, **params)] == ["first-request"], params
    yesterday = (utc_now() - timedelta(days=1)).isoformat()
    assert await listed(client, headers, until=yesterday) == []
    assert await listed(client, headers, since=started, action="user.delete") == []


async def test_events_outlive_their_user(client: AsyncClient, session: AsyncSession) -> None:
    gone, headers = await signed_in_superuser(session)
    _, others = await signed_in_superuser(session)
    await rename(client, headers, await create_user(session), "Ada", "first-request")
    assert (await client.delete(f"{V1}/users/{gone.id}", headers=others)).status_code == 200
    [event] = await listed(client, others, request_id="first-request")
    assert (event["user_id"], event["user_email"]) == (str(gone.id), None)


async def test_export_has_the_filtered_events(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session)
    await rename(client, headers, user, "Ada", "first-request")
    response = await client.get(EXPORT, headers=headers, params={"record_id": str(user.id), "action": "user.update"})
    [row] = csv_rows(response)
    assert (row["action"], row["request_id"], row["after"]) == ("user.update", "first-request", '{"full_name":"Ada"}')


@pytest.mark.parametrize(
    "params", [{"user_id": "me"}, {"since": "yesterday"}, {"sort": "action"}, {"action": "x" * 101}]
)
async def test_invalid_filter_is_refused(client: AsyncClient, session: AsyncSession, params: dict[str, str]) -> None:
    _, headers = await signed_in_superuser(session)
    assert problem(await client.get(EVENTS, headers=headers, params=params)) == (422, "VAL_001")
