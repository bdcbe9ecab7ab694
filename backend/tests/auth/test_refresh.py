"""Refreshing a session: by a token in the body for API clients, by cookies for browsers (SE-01, SE-14)."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import cookies
from app.auth.models import RefreshToken, UserSession
from app.auth.service import ACCESS_LIFETIME, SESSION_LIFETIME
from app.core.clock import utc_now
from tests.auth.refreshing import LOGOUT, ME, REFRESH, SAME_ORIGIN, by_body, by_cookie, log_in, pair
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

DAY = timedelta(days=1)
REFUSED = (401, "AUTH_001")


async def is_open(client: AsyncClient, token: str) -> bool:
    return (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 200


def set_cookies(response: Response) -> SimpleCookie:
    return SimpleCookie("; ".join(response.headers.get_list("set-cookie")))


async def test_offline_access_gives_both_tokens(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    form = {"username": user.email, "password": PASSWORD, "scope": "openid offline_access"}
    response = await client.post("/api/v1/login/access-token", data=form)
    assert set(response.json()) == {"access_token", "refresh_token", "expires_in", "token_type"}
    assert response.json()["expires_in"] == 15 * 60
    assert "set-cookie" not in response.headers


async def test_refresh_returns_a_new_pair(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    old = await pair(client, await create_user(session))
    clock.advance(ACCESS_LIFETIME)
    assert not await is_open(client, old["access_token"])
    response = await by_body(client, old["refresh_token"])
    new = response.json()
    assert (set(new), new["token_type"]) == ({"access_token", "refresh_token", "expires_in", "token_type"}, "bearer")
    assert await is_open(client, new["access_token"])
    assert "set-cookie" not in response.headers


async def test_refresh_by_cookie_sets_both_cookies(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    await log_in(client, await create_user(session))
    before = dict(client.cookies)
    clock.advance(ACCESS_LIFETIME)
    assert problem(await client.get(ME)) == REFUSED
    response = await by_cookie(client)
    assert (response.status_code, response.content) == (204, b"")
    assert set_cookies(response).keys() == {cookies.COOKIE_NAME, cookies.REFRESH_COOKIE_NAME}
    assert client.cookies[cookies.REFRESH_COOKIE_NAME] != before[cookies.REFRESH_COOKIE_NAME]
    assert (await client.get(ME)).status_code == 200


async def test_refresh_cookie_is_sent_to_sign_in_only(client: AsyncClient, session: AsyncSession) -> None:
    cookie = set_cookies(await log_in(client, await create_user(session)))[cookies.REFRESH_COOKIE_NAME]
    assert (cookie["path"], cookie["domain"], cookie["httponly"]) == ("/api/v1/login", "", True)
    assert cookie["samesite"].lower() == "lax"
    assert 7 * 24 * 3600 - 5 <= int(cookie["max-age"]) <= 7 * 24 * 3600


async def test_session_ends_a_week_after_its_last_refresh(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    tokens = await pair(client, await create_user(session))
    for _ in range(2):
        clock.advance(7 * DAY - timedelta(seconds=5))
        tokens = (await by_body(client, tokens["refresh_token"])).json()
    clock.advance(7 * DAY)
    assert problem(await by_body(client, tokens["refresh_token"])) == REFUSED


async def test_session_ends_after_thirty_days(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    tokens = await pair(client, await create_user(session))
    for _ in range(5):
        clock.advance(6 * DAY - timedelta(seconds=10))
        tokens = (await by_body(client, tokens["refresh_token"])).json()
    assert tokens["expires_in"] < 60
    clock.advance(timedelta(seconds=60))
    assert not await is_open(client, tokens["access_token"])
    assert problem(await by_body(client, tokens["refresh_token"])) == REFUSED


async def test_list_shows_when_a_session_ends(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    user = await create_user(session)
    tokens = await pair(client, user)
    other = await pair(client, user)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    [_, first] = (await client.get("/api/v1/sessions/", headers=headers)).json()["data"]
    assert first["expires_at"] == (utc_now() + 7 * DAY).isoformat().replace("+00:00", "Z")
    clock.advance(6 * DAY)
    tokens = (await by_body(client, tokens["refresh_token"])).json()
    clock.advance(2 * DAY)  # the other one has not been refreshed
    tokens = (await by_body(client, tokens["refresh_token"])).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.get("/api/v1/sessions/", headers=headers)).json()["count"] == 1
    assert problem(await by_body(client, other["refresh_token"])) == REFUSED


async def test_session_without_the_scope_ends_with_its_token(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    await client.post("/api/v1/login/access-token", data={"username": user.email, "password": PASSWORD})
    stored = (await session.exec(select(UserSession).where(UserSession.user_id == user.id))).one()
    assert stored.expires_at - stored.created_at == ACCESS_LIFETIME < SESSION_LIFETIME
    assert (await session.exec(select(RefreshToken).where(RefreshToken.session_id == stored.id))).all() == []


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"expires_at": utc_now() - DAY}, None],
    ids=["deactivated user", "ended by an operator", "logged out"],
)
async def test_ended_access_cannot_be_refreshed(
    client: AsyncClient, session: AsyncSession, change: dict[str, Any] | None
) -> None:
    user = await create_user(session)
    tokens = await pair(client, user)
    stored = (await session.exec(select(UserSession).where(UserSession.user_id == user.id))).one()
    if change is None:
        await client.post(LOGOUT, headers={"Authorization": f"Bearer {tokens['access_token']}"})
    else:
        (user if "is_active" in change else stored).sqlmodel_update(change)
        await session.commit()
    assert problem(await by_body(client, tokens["refresh_token"])) == REFUSED


@pytest.mark.parametrize("body", [{}, {"refresh_token": 1}, {"refresh_token": None}, {"refresh_token": "x" * 513}])
async def test_invalid_body_is_refused_at_the_field(client: AsyncClient, body: dict[str, Any]) -> None:
    response = await client.post(REFRESH, json=body)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["refresh_token"])


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ä" * 86, "A" * 86, "A" * 512])
async def test_made_up_token_is_refused(client: AsyncClient, token: str) -> None:
    assert problem(await by_body(client, token)) == REFUSED


async def test_refresh_without_a_token_is_refused(client: AsyncClient) -> None:
    assert problem(await by_cookie(client)) == REFUSED


async def test_access_token_does_not_refresh(client: AsyncClient, session: AsyncSession) -> None:
    tokens = await pair(client, await create_user(session))
    assert problem(await by_body(client, tokens["access_token"])) == REFUSED
    assert not await is_open(client, tokens["refresh_token"])


async def test_body_wins_over_the_cookie(client: AsyncClient, session: AsyncSession) -> None:
    await log_in(client, await create_user(session))
    assert problem(await by_body(client, "made up", **SAME_ORIGIN)) == REFUSED


async def test_planted_cookie_does_not_hide_ours(client: AsyncClient, session: AsyncSession) -> None:
    """A subdomain can set a cookie of the same name, which a browser can send first."""
    await log_in(client, await create_user(session))
    name, own = cookies.REFRESH_COOKIE_NAME, client.cookies[cookies.REFRESH_COOKIE_NAME]
    client.cookies.clear()
    header = {"Cookie": f"{name}=planted; {name}={own}"}
    assert (await client.post(REFRESH, headers=SAME_ORIGIN | header)).status_code == 204


async def test_logout_works_without_an_access_token(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    await log_in(client, await create_user(session))
    token = client.cookies[cookies.REFRESH_COOKIE_NAME]
    clock.advance(ACCESS_LIFETIME)
    response = await client.post(LOGOUT, headers=SAME_ORIGIN)
    assert response.status_code == 200
    assert {each.value for each in set_cookies(response).values()} == {""}
    assert dict(client.cookies).keys() == {cookies.DEVICE_COOKIE_NAME}
    assert problem(await by_body(client, token)) == REFUSED


async def test_logout_by_refresh_cookie_is_same_site(client: AsyncClient, session: AsyncSession) -> None:
    await log_in(client, await create_user(session))
    client.cookies.delete(cookies.COOKIE_NAME)
    for path in (LOGOUT, REFRESH):
        assert problem(await client.post(path, headers={"Sec-Fetch-Site": "cross-site"})) == (403, "AUTH_006")
    assert (await by_cookie(client)).status_code == 204


async def test_wrong_bearer_token_is_not_rescued_by_cookie(client: AsyncClient, session: AsyncSession) -> None:
    await log_in(client, await create_user(session))
    response = await client.post(LOGOUT, headers=SAME_ORIGIN | {"Authorization": "Bearer wrong"})
    assert problem(response) == REFUSED
    assert (await by_cookie(client)).status_code == 204
