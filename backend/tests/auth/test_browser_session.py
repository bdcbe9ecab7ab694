"""Sign-in for the dashboard: the token is in a cookie that scripts cannot read (SE-02, SE-12, SE-13)."""

from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import cookies
from app.auth.config import settings as auth_settings
from app.auth.models import UserSession
from app.auth.service import SESSION_LIFETIME
from app.core.settings import settings
from app.users.models import UserPublic
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

LOGIN = "/api/v1/login/session"
LOGOUT = "/api/v1/login/logout"
ME = "/api/v1/users/me"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def session_cookie(response: Response) -> Morsel[str]:
    """The session's cookie. The response sets no other one, apart from the refresh token's and the device's."""
    found = SimpleCookie("; ".join(response.headers.get_list("set-cookie")))
    assert found.keys() <= {cookies.COOKIE_NAME, cookies.REFRESH_COOKIE_NAME, cookies.DEVICE_COOKIE_NAME}
    return found[cookies.COOKIE_NAME]


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await client.post(LOGIN, headers=SAME_ORIGIN, json={"email": email, "password": password})


async def test_login_returns_the_user_without_a_token(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, full_name="Ada")
    response = await log_in(client, user.email)
    assert response.status_code == 200
    assert set(response.json()) == set(UserPublic.model_fields)
    assert response.json()["full_name"] == "Ada"
    assert session_cookie(response).value not in response.text
    assert client.cookies[cookies.REFRESH_COOKIE_NAME] not in response.text


async def test_cookie_is_httponly_and_same_site(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    cookie = session_cookie(await log_in(client, user.email))
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert (cookie["path"], cookie["domain"]) == ("/api", "")
    assert int(cookie["max-age"]) == 15 * 60


async def test_cookie_works_over_plain_http_on_localhost(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    assert not session_cookie(await log_in(client, user.email))["secure"]
    assert (await client.get(ME)).json()["email"] == user.email


@pytest.mark.parametrize(
    ("stack", "origin", "name"),
    [
        ("", "http://localhost:8000", "session"),
        ("ledger", "http://localhost:8000", "session-ledger-8000"),
        ("shop", "http://localhost:8001", "session-shop-8001"),
        ("shop", "http://dashboard.localhost", "session-shop"),
        ("a b;=c", "http://localhost:8000", "session-abc-8000"),
    ],
)
def test_two_local_projects_have_different_cookies(
    monkeypatch: pytest.MonkeyPatch, stack: str, origin: str, name: str
) -> None:
    """A browser sends the cookies of localhost to each of its ports."""
    monkeypatch.setattr(auth_settings, "STACK_NAME", stack)
    monkeypatch.setattr(settings, "FRONTEND_URL", origin)
    assert cookies._local_name() == name


async def test_email_is_case_insensitive(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email="ada@example.com")
    assert (await log_in(client, "Ada@EXAMPLE.com")).status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.com", "a wrong password"), ("nobody@example.com", PASSWORD)]
)
async def test_wrong_credentials_set_no_cookie(
    client: AsyncClient, session: AsyncSession, email: str, password: str
) -> None:
    await create_user(session, email="ada@example.com")
    response = await log_in(client, email, password)
    assert problem(response) == (400, "AUTH_003")
    assert response.json()["detail"] == "Incorrect email or password"
    assert "set-cookie" not in response.headers


async def test_right_password_reveals_an_inactive_account(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, is_active=False)
    assert problem(await log_in(client, user.email)) == (400, "AUTH_004")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["email", "password"]),
        ({"email": f"{'a' * 255}@example.com", "password": "x"}, ["email"]),
        ({"email": "ada@example.com", "password": None}, ["password"]),
        ({"email": "ada@example.com", "password": 1}, ["password"]),
        ({"email": "ada@example.com", "password": "x" * 129}, ["password"]),
    ],
)
async def test_login_refuses_invalid_values_at_the_field(
    client: AsyncClient, body: dict[str, Any], wrong: list[str]
) -> None:
    response = await client.post(LOGIN, headers=SAME_ORIGIN, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == wrong


async def test_signed_out_browser_is_401(client: AsyncClient) -> None:
    assert problem(await client.get(ME)) == (401, "AUTH_001")


async def test_other_cookies_are_not_decoded(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some versions of Python need a minute to decode one with 60 KB of backslashes (CVE-2024-7592)."""
    token = session_cookie(await log_in(client, (await create_user(session)).email)).value
    client.cookies.clear()
    monkeypatch.setattr("http.cookies._unquote", lambda _: pytest.fail("decoded"))
    quoted = '"' + "\\" * 60_000 + '"'
    for header in (f"a={quoted}; {cookies.COOKIE_NAME}={token}", f"{cookies.COOKIE_NAME}={token};a={quoted}"):
        assert (await client.get(ME, headers={"Cookie": header})).status_code == 200
    assert (await client.get(ME, headers={"Cookie": f"{cookies.COOKIE_NAME}={quoted}"})).status_code == 401


async def test_logout_clears_the_cookie(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    await log_in(client, user.email)
    response = await client.post(LOGOUT, headers=SAME_ORIGIN)
    assert (response.status_code, response.json()) == (200, {"message": "Logged out"})
    cookie = session_cookie(response)
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", "0", "/api")
    assert cookies.COOKIE_NAME not in client.cookies
    assert (await client.get(ME)).status_code == 401


async def test_logout_ends_the_token_too(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    token = session_cookie(await log_in(client, user.email)).value
    await client.post(LOGOUT, headers=SAME_ORIGIN)
    client.cookies.clear()
    assert (await client.get(ME, headers={"Cookie": f"{cookies.COOKIE_NAME}={token}"})).status_code == 401
    assert (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_logout_ends_only_this_session(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    other = session_cookie(await log_in(client, user.email)).value
    await log_in(client, user.email)
    await client.post(LOGOUT, headers=SAME_ORIGIN)
    assert (await client.get(ME, headers={"Authorization": f"Bearer {other}"})).status_code == 200


async def test_logout_needs_a_session(client: AsyncClient) -> None:
    assert problem(await client.post(LOGOUT, headers=SAME_ORIGIN)) == (401, "AUTH_001")


async def test_login_deletes_expired_sessions_of_the_user(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    user = await create_user(session)
    await log_in(client, user.email)
    clock.advance(SESSION_LIFETIME)
    await log_in(client, user.email)
    assert len((await session.exec(select(UserSession).where(UserSession.user_id == user.id))).all()) == 1
