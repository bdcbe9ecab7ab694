"""MF-06 to MF-08, MF-10 and RE-09: what a change of the factor needs and ends, and the ways around it."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.auth.config import settings as auth_settings
from app.auth.models import TokenPurpose
from app.core.settings import settings
from app.totp.models import TrustedDevice
from app.totp.trusted_devices import COOKIE_NAME
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.auth.riddle import SAME_ORIGIN, log_in
from tests.core.answers import problem
from tests.fixtures import Clock
from tests.totp.factories import TOTP, V1, App, cookie_of, old_session, proved, sign_in_by, user_with_app
from tests.users.factories import PASSWORD, create_user

REQUIRED = (403, "AUTH_REAUTHENTICATION_REQUIRED")
SET_UP = (403, "AUTH_MFA_SETUP_REQUIRED")
NEW_PASSWORD = "another horse battery"
CHANGES = [("POST", "setup"), ("POST", "confirm"), ("POST", "recovery-codes"), ("DELETE", ""), ("POST", "devices/")]


async def trust(client: AsyncClient, app: App, steps: int = 0) -> str:
    """Sign in by a code, trust the browser, and return its cookie's value."""
    assert (await sign_in_by(client, app, app.code(steps))).status_code == 200
    return cookie_of(await client.post(f"{TOTP}/devices/", headers=SAME_ORIGIN), COOKIE_NAME)


async def is_trusted(client: AsyncClient, app: App, password: str = PASSWORD) -> bool:
    response = await log_in(client, app.user, password=password)
    assert response.status_code in (200, 403)
    return response.status_code == 200


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_mf06_change_needs_a_recent_factor(
    client: AsyncClient, session: AsyncSession, method: str, path: str
) -> None:
    app = await user_with_app(session)
    body = {"code": app.code()} if path == "confirm" else None
    by_password = await sign_in(session, app.user)
    for headers in (by_password, await old_session(session, app.user)):
        assert problem(await client.request(method, f"{TOTP}/{path}", headers=headers, json=body)) == REQUIRED
    response = await client.request(method, f"{TOTP}/{path}", headers=await proved(session, app.user), json=body)
    assert response.status_code in (200, 409)


@pytest.mark.parametrize("kind", ["totp", "recovery_code"])
async def test_mf06_step_up_by_factor_allows_changes(client: AsyncClient, session: AsyncSession, kind: str) -> None:
    app = await user_with_app(session)
    headers = await old_session(session, app.user)
    started = (await client.post(f"{V1}/login/reauthenticate/challenge", headers=headers)).json()
    text = app.code() if kind == "totp" else app.recovery_codes[0]
    body = {"challenge": {"token": started["token"], "kind": kind, "answer": text}}
    assert (await client.post(f"{V1}/login/reauthenticate", headers=headers, json=body)).status_code == 200
    assert (await client.delete(f"{TOTP}/", headers=headers)).status_code == 200


async def test_mf06_first_setup_needs_a_recent_session(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    headers = await old_session(session, user)
    assert problem(await client.post(f"{TOTP}/setup", headers=headers)) == REQUIRED


async def test_mf07_turning_off_ends_what_it_allowed(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    other = await proved(session, app.user)
    headers = await proved(session, app.user)
    assert (await client.delete(f"{TOTP}/", headers=headers)).status_code == 200
    assert (await client.get(f"{V1}/users/me", headers=other)).status_code == 401
    sessions = (await client.get(f"{V1}/sessions/", headers=headers)).json()["data"]
    assert [each["is_current"] for each in sessions] == [True]
    assert (await session.exec(select(TrustedDevice))).all() == []


async def test_mf07_reset_ends_what_it_allowed(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    _, superuser = await signed_in_superuser(session)
    body = {"reason": "Lost phone"}
    response = await client.post(f"{V1}/users/{app.user.id}/totp/reset", headers=superuser, json=body)
    assert response.status_code == 200
    assert (await client.get(f"{V1}/users/me")).status_code == 401
    assert (await session.exec(select(TrustedDevice))).all() == []


async def test_mf07_turning_on_ends_other_sessions(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await sign_in(session, user)
    secret = (await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"]
    body = {"code": App(user, secret, []).code()}
    assert (await client.post(f"{TOTP}/confirm", headers=headers, json=body)).status_code == 200
    assert (await client.get(f"{V1}/users/me", headers=other)).status_code == 401
    assert (await client.post(f"{TOTP}/recovery-codes", headers=headers)).status_code == 200


async def test_mf08_cookie_is_for_this_host_only(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    response = await client.post(f"{TOTP}/devices/", headers=await proved(session, app.user))
    header = response.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", f"Max-Age={30 * 24 * 3600}"} <= set(header.split("; "))
    assert COOKIE_NAME.startswith("__Host-") is settings.secure_cookies
    secret = cookie_of(response, COOKIE_NAME)
    [row] = (await session.exec(select(TrustedDevice))).all()
    assert (len(secret), row.secret_hash) == (43, auth_crud.hash_token(secret))


async def test_mf08_trust_ends_after_30_days(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    app = await user_with_app(session)
    cookie = await trust(client, app)
    for by, expected in ((timedelta(days=30, microseconds=-1), True), (timedelta(microseconds=1), False)):
        clock.advance(by)
        client.cookies.set(COOKIE_NAME, cookie)
        assert await is_trusted(client, app) is expected


async def test_mf08_cookie_is_useless_for_another_user(client: AsyncClient, session: AsyncSession) -> None:
    app, other = await user_with_app(session), await user_with_app(session)
    await trust(client, app)
    assert not await is_trusted(client, other)
    assert await is_trusted(client, app)


async def test_mf08_cookie_replaces_no_password(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    assert problem(await log_in(client, app.user, password="wrong password")) == (400, "AUTH_003")


async def test_mf08_trusted_browser_proves_no_factor(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    assert await is_trusted(client, app)
    refused = await client.delete(f"{TOTP}/", headers=SAME_ORIGIN)
    assert (problem(refused), refused.json()["needs_factor"]) == (REQUIRED, True)


async def test_mf08_changed_password_ends_the_trust(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await client.patch(f"{V1}/users/me/password", headers=SAME_ORIGIN, json=body)).status_code == 200
    assert not await is_trusted(client, app, NEW_PASSWORD)


async def test_re09_reset_password_keeps_the_factor(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    token = await auth_crud.create_one_time_token(
        session=session,
        user_id=app.user.id,
        email=app.user.email,
        purpose=TokenPurpose.RESET_PASSWORD,
        lifetime=timedelta(hours=1),
    )
    await session.commit()
    body = {"token": token, "new_password": NEW_PASSWORD}
    response = await client.post(f"{V1}/reset-password/", json=body)
    assert (response.status_code, "set-cookie" in response.headers) == (200, False)
    assert not await is_trusted(client, app, NEW_PASSWORD)


@pytest.mark.parametrize("way", ["session", "access-token"])
async def test_mf10_every_form_asks_for_the_factor(client: AsyncClient, session: AsyncSession, way: str) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    expected = 200 if way == "session" else 403  # only a browser can be trusted
    assert (await log_in(client, app.user, way)).status_code == expected


async def test_mf10_required_app_comes_first(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth_settings, "REQUIRE_MFA_FOR", "everyone")
    user, headers = await signed_in_user(session)
    assert problem(await client.get(f"{V1}/sessions/", headers=headers)) == SET_UP
    assert (await client.get(f"{TOTP}/", headers=headers)).status_code == 200
    secret = (await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"]
    assert problem(await client.get(f"{V1}/sessions/", headers=headers)) == SET_UP
    body = {"code": App(user, secret, []).code()}
    assert (await client.post(f"{TOTP}/confirm", headers=headers, json=body)).status_code == 200
    assert (await client.get(f"{V1}/sessions/", headers=headers)).status_code == 200


@pytest.mark.parametrize(("method", "path"), [*CHANGES, ("GET", ""), ("GET", "devices/")])
async def test_mf10_nobody_comes_in_anonymously(client: AsyncClient, method: str, path: str) -> None:
    headers: Headers = {}
    assert (await client.request(method, f"{TOTP}/{path}", headers=headers)).status_code == 401
