"""Users see and end their sessions, superusers those of any user (SE-04..06)."""

import uuid
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.clock import utc_now
from app.users.models import User
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.fixtures import Clock

SESSIONS, ME = "/api/v1/sessions/", "/api/v1/users/me"
MINUTE = timedelta(minutes=1)


async def is_open(client: AsyncClient, headers: Headers) -> bool:
    return (await client.get(ME, headers=headers)).status_code == 200


async def ids(session: AsyncSession, user: User) -> list[uuid.UUID]:
    """The sessions of a user, oldest first."""
    statement = select(UserSession.id).where(UserSession.user_id == user.id).order_by(col(UserSession.id))
    return list((await session.exec(statement)).all())


async def test_se04_list_has_the_users_sessions_only(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await sign_in(session, user, device="Firefox on Linux", ip="192.0.2.1")
    await signed_in_user(session)
    body = (await client.get(SESSIONS, headers=headers)).json()
    assert [uuid.UUID(row["id"]) for row in body["data"]] == (await ids(session, user))[::-1]
    assert [row["is_current"] for row in body["data"]] == [False, True]
    assert (body["data"][0]["device"], body["data"][0]["ip"]) == ("Firefox on Linux", "192.0.2.1")


async def test_se04_list_leaves_expired_sessions_out(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await sign_in(session, user, expires_at=utc_now())
    assert (await client.get(SESSIONS, headers=headers)).json()["count"] == 1


async def test_se04_ended_session_is_refused_immediately(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await sign_in(session, user)
    response = await client.delete(f"{SESSIONS}{(await ids(session, user))[1]}", headers=headers)
    assert (response.status_code, response.json()) == (200, {"message": "Session ended"})
    assert (await is_open(client, headers), await is_open(client, other)) == (True, False)


async def test_se04_all_others_end_but_this_one(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    others = [await sign_in(session, user) for _ in range(2)]
    _, stranger = await signed_in_user(session)
    assert (await client.delete(SESSIONS, headers=headers)).status_code == 200
    assert [await is_open(client, each) for each in (headers, *others, stranger)] == [True, False, False, True]


@pytest.mark.parametrize("path", ["", "0198a000-0000-7000-8000-000000000001"])
async def test_se04_ending_needs_a_recent_session(
    client: AsyncClient, session: AsyncSession, clock: Clock, path: str
) -> None:
    user, _ = await signed_in_user(session)
    clock.freeze()
    headers = await sign_in(session, user)
    clock.advance(10 * MINUTE)
    assert (await client.delete(f"{SESSIONS}{path}", headers=headers)).status_code == (404 if path else 200)
    clock.advance(timedelta(seconds=1))
    refused = await client.delete(f"{SESSIONS}{path}", headers=headers)
    assert problem(refused) == (403, "AUTH_REAUTHENTICATION_REQUIRED")
    assert (await client.get(SESSIONS, headers=headers)).status_code == 200


async def test_se04_session_of_the_previous_release_is_listed(client: AsyncClient, session: AsyncSession) -> None:
    """It has no time of authentication, so that of its beginning counts."""
    user, _ = await signed_in_user(session)
    begun = utc_now() - 11 * MINUTE
    headers = await sign_in(session, user, authenticated_at=None, created_at=begun)
    assert problem(await client.delete(SESSIONS, headers=headers)) == (403, "AUTH_REAUTHENTICATION_REQUIRED")
    row = (await client.get(SESSIONS, headers=headers)).json()["data"][0]
    assert row["authenticated_at"] == row["created_at"]


async def test_se05_session_of_another_user_is_not_found(client: AsyncClient, session: AsyncSession) -> None:
    owner, owned = await signed_in_user(session)
    _, headers = await signed_in_user(session)
    response = await client.delete(f"{SESSIONS}{(await ids(session, owner))[0]}", headers=headers)
    assert problem(response) == (404, "NOT_001")
    assert await is_open(client, owned)


async def test_se05_superuser_must_name_the_right_user(client: AsyncClient, session: AsyncSession) -> None:
    _, superuser = await signed_in_superuser(session)
    owner, owned = await signed_in_user(session)
    other, _ = await signed_in_user(session)
    path = f"/api/v1/users/{other.id}/sessions/{(await ids(session, owner))[0]}"
    assert problem(await client.delete(path, headers=superuser)) == (404, "NOT_001")
    assert await is_open(client, owned)


async def test_se06_superuser_lists_sessions_of_a_user(client: AsyncClient, session: AsyncSession) -> None:
    _, superuser = await signed_in_superuser(session)
    user, _ = await signed_in_user(session)
    body = (await client.get(f"/api/v1/users/{user.id}/sessions/", headers=superuser)).json()
    assert [uuid.UUID(row["id"]) for row in body["data"]] == await ids(session, user)
    assert not body["data"][0]["is_current"]


async def test_se06_superuser_ends_one_session(client: AsyncClient, session: AsyncSession) -> None:
    _, superuser = await signed_in_superuser(session)
    user, first = await signed_in_user(session)
    second = await sign_in(session, user)
    path = f"/api/v1/users/{user.id}/sessions/{(await ids(session, user))[0]}"
    assert (await client.delete(path, headers=superuser)).status_code == 200
    assert (await is_open(client, first), await is_open(client, second)) == (False, True)


async def test_se06_superuser_ends_all_sessions(client: AsyncClient, session: AsyncSession) -> None:
    _, superuser = await signed_in_superuser(session)
    user, first = await signed_in_user(session)
    second = await sign_in(session, user)
    assert (await client.delete(f"/api/v1/users/{user.id}/sessions/", headers=superuser)).status_code == 200
    assert [await is_open(client, each) for each in (superuser, first, second)] == [True, False, False]


async def test_se06_superusers_own_request_survives(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_superuser(session)
    other = await sign_in(session, user)
    assert (await client.delete(f"/api/v1/users/{user.id}/sessions/", headers=headers)).status_code == 200
    assert (await is_open(client, headers), await is_open(client, other)) == (True, False)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_se06_unknown_user_is_not_found(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, superuser = await signed_in_superuser(session)
    response = await client.request(method, f"/api/v1/users/{uuid.uuid4()}/sessions/", headers=superuser)
    assert problem(response) == (404, "NOT_001")
