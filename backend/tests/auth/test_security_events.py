"""What happens to an account is stored, and shown to the user and to superusers."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import jobs
from app.auth.event_models import SecurityEvent
from app.core.clock import utc_now
from app.users.models import User
from tests.auth.events import events_of, kinds_of
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.auth.mailbox import EMAIL, NEW_PASSWORD, Mails, RequestToken, reset_password
from tests.core.answers import problem
from tests.core.limits import NETWORK, OTHER_NETWORK, client_from
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD, create_user

V1 = "/api/v1"
OWN = f"{V1}/users/me/security-events"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"}


async def log_in(client: AsyncClient, password: str = PASSWORD, email: str = EMAIL) -> Response:
    body = {"email": email, "password": password}
    return await client.post(f"{V1}/login/session", headers={**SAME_ORIGIN, **AGENT}, json=body)


async def get_token(address: str, agent: str = "curl/8.5.0") -> None:
    async with client_from(address, headers={"User-Agent": agent}) as client:
        data = {"username": EMAIL, "password": PASSWORD}
        assert (await client.post(f"{V1}/login/access-token", data=data)).status_code == 200


@pytest.fixture
async def ada(session: AsyncSession) -> User:
    user = await create_user(session, email=EMAIL)
    await session.commit()
    return user


async def test_sign_in_is_an_event(client: AsyncClient, session: AsyncSession, ada: User) -> None:
    await log_in(client)
    [event] = await events_of(session, ada)
    assert (event.kind, event.device, event.ip, event.details) == ("sign_in", "Firefox on Linux", "127.0.0.1", {})
    assert event.session_id is not None


async def test_sign_in_event_costs_no_statement(client: AsyncClient, ada: User, statements: list[str]) -> None:
    await log_in(client)
    assert [each for each in statements if "security_events" in each and "INSERT INTO user_sessions" not in each] == []


async def test_browser_without_cookie_is_new(
    client: AsyncClient, session: AsyncSession, ada: User, mails: Mails, run_jobs: RunJobs
) -> None:
    await log_in(client)
    await log_in(client)  # the client keeps its cookies
    client.cookies.clear()
    await log_in(client)
    assert await kinds_of(session, ada) == ["sign_in", "sign_in", "sign_in_new_device"]
    await run_jobs()
    [mail] = mails()
    assert (mail.summary["Subject"], mail.summary["To"][0]["Address"]) == ("New sign-in to your account", EMAIL)
    assert "Firefox on Linux" in mail.body("plain")


async def test_program_is_known_by_device_and_network(session: AsyncSession, ada: User) -> None:
    await get_token(NETWORK)
    await get_token(NETWORK)
    await get_token(OTHER_NETWORK)
    await get_token(NETWORK, agent="Wget/1.21")
    await get_token(NETWORK, agent="Wget/1.21")
    new, known = "sign_in_new_device", "sign_in"
    assert await kinds_of(session, ada) == [known, known, new, new, known]


async def test_device_cannot_write_into_the_mail(
    client: AsyncClient, ada: User, mails: Mails, run_jobs: RunJobs
) -> None:
    await log_in(client)
    client.cookies.clear()
    hints = {"Sec-CH-UA": '"pay at evil.example";v="1"', "Sec-CH-UA-Platform": '"Linux"'}
    body = {"email": EMAIL, "password": PASSWORD}
    await client.post(f"{V1}/login/session", headers={**SAME_ORIGIN, **hints}, json=body)
    await run_jobs()
    assert "evil" not in mails()[0].body("plain") + mails()[0].body("html")
    assert "Unknown device" in mails()[0].body("plain")


async def test_failed_sign_ins_are_one_event(
    client: AsyncClient, session: AsyncSession, ada: User, clock: Clock, run_jobs: RunJobs
) -> None:
    for _ in range(3):
        assert (await log_in(client, "a wrong password")).status_code == 400
        await run_jobs()
    clock.advance(timedelta(minutes=61))
    await log_in(client, "a wrong password")
    await run_jobs()
    found = await events_of(session, ada)
    assert [(each.kind, each.device) for each in found] == [("sign_in_failed", "Firefox on Linux")] * 2


async def test_failed_sign_in_of_a_stranger_is_none(
    client: AsyncClient, session: AsyncSession, ada: User, run_jobs: RunJobs
) -> None:
    await log_in(client, "a wrong password", email="nobody@example.com")
    await run_jobs()
    assert await kinds_of(session, ada) == []


@pytest.mark.parametrize("is_known", [True, False])
async def test_failure_runs_the_same_statements(
    client: AsyncClient, ada: User, statements: list[str], is_known: bool
) -> None:
    """Otherwise the time of a refusal would show which addresses have an account (PW-07)."""
    await log_in(client, "a wrong password", email=EMAIL if is_known else "nobody@example.com")
    assert "users" not in "".join(each for each in statements if each.startswith("INSERT"))
    assert sum("INSERT INTO procrastinate_jobs" in each for each in statements) == 1


async def test_password_change_is_an_event(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session, email=EMAIL)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    await client.patch(f"{V1}/users/me/password", headers=headers, json=body)
    [event] = await events_of(session, user)
    assert (event.kind, event.ip, event.details) == ("password_changed", "127.0.0.1", {})
    assert event.session_id is not None


async def test_password_reset_is_an_event(
    client: AsyncClient, session: AsyncSession, ada: User, request_token: RequestToken
) -> None:
    await reset_password(client, await request_token())
    [event] = await events_of(session, ada)
    assert (event.kind, event.session_id) == ("password_reset", None)


async def test_refused_change_writes_no_event(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    body = {"current_password": "a wrong password", "new_password": NEW_PASSWORD}
    await client.patch(f"{V1}/users/me/password", headers=headers, json=body)
    assert await kinds_of(session, user) == []


async def test_superusers_change_hides_their_address(client: AsyncClient, session: AsyncSession, ada: User) -> None:
    _, superuser = await signed_in_superuser(session)
    await client.patch(f"{V1}/users/{ada.id}", headers=superuser, json={"password": NEW_PASSWORD})
    await client.delete(f"{V1}/users/{ada.id}/sessions/", headers=superuser)
    found = await events_of(session, ada)
    assert [each.kind for each in found] == ["password_changed", "sessions_ended"]
    assert {(each.ip, each.device, each.session_id, str(each.details)) for each in found} == {
        (None, None, None, "{'by': 'superuser'}")
    }


async def test_ended_session_is_named(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await sign_in(session, user, device="Chrome on Windows")
    page = (await client.get(f"{V1}/sessions/", headers=headers)).json()
    [other] = [row["id"] for row in page["data"] if not row["is_current"]]
    await client.delete(f"{V1}/sessions/{other}", headers=headers)
    await client.delete(f"{V1}/sessions/", headers=headers)
    found = [(each.kind, each.details) for each in await events_of(session, user)]
    assert found == [("session_ended", {"ended_device": "Chrome on Windows"}), ("sessions_ended", {})]


async def list_events(client: AsyncClient, headers: Headers, path: str = OWN, **params: Any) -> list[str]:
    page = (await client.get(path, headers=headers, params=params)).json()
    return [row["kind"] for row in page["data"]]


async def test_own_events_are_listed_newest_first(client: AsyncClient, session: AsyncSession, ada: User) -> None:
    await log_in(client)
    client.cookies.clear()
    await log_in(client)
    headers = await sign_in(session, ada)
    _, other = await signed_in_user(session)
    assert await list_events(client, headers) == ["sign_in_new_device", "sign_in"]
    assert await list_events(client, headers, sort="at", limit=1) == ["sign_in"]
    assert await list_events(client, headers, kind="sign_in_new_device") == ["sign_in_new_device"]
    assert await list_events(client, other) == []


async def test_superuser_reads_events_of_a_user(client: AsyncClient, session: AsyncSession, ada: User) -> None:
    await log_in(client)
    _, superuser = await signed_in_superuser(session)
    path = f"{V1}/users/{ada.id}/security-events"
    assert await list_events(client, superuser, path) == ["sign_in"]
    unknown = f"{V1}/users/0198a000-0000-7000-8000-000000000001/security-events"
    assert problem(await client.get(unknown, headers=superuser)) == (404, "NOT_001")
    _, other = await signed_in_user(session)
    assert problem(await client.get(path, headers=other)) == (403, "AUTH_002")


async def test_events_of_a_year_stay(session: AsyncSession, ada: User) -> None:
    for days in (364, 366):
        at = utc_now() - timedelta(days=days)
        session.add(SecurityEvent(user_id=ada.id, kind="sign_in", at=at))
    await session.commit()
    await jobs.delete_expired_security_events()
    [event] = await events_of(session, ada)
    assert event.at > utc_now() - timedelta(days=365)


async def test_events_end_with_the_user(session: AsyncSession, ada: User) -> None:
    session.add(SecurityEvent(user_id=ada.id, kind="sign_in"))
    await session.commit()
    await session.delete(ada)
    await session.commit()
    assert (await session.exec(text("SELECT count(*) FROM security_events"))).scalar_one() == 0  # type: ignore[call-overload]
