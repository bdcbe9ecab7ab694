"""Signing up where addresses are verified: nobody learns which have an account (PW-08, RE-13, RE-15)."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import jobs
from app.auth.models import SignUp, SignUpLink
from app.users.config import settings
from app.users.models import User
from tests.auth.mailbox import Mails
from tests.core.answers import fields, problem
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD, create_user

SIGNUP = "/api/v1/users/signup"
VERIFY = "/api/v1/verify-email"
RESEND = "/api/v1/verify-email/resend"
EMAIL = "ada@example.com"
BODY = {"email": EMAIL, "password": PASSWORD, "full_name": "Ada"}
OTHER_PASSWORD = "a stranger's own choice"
SENT = {"message": "We sent you a mail. Follow its link to finish your sign-up."}
RESENT = {"message": "If that email waits for verification, we sent another link"}

SignUpToken = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def _verification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SIGNUP_REQUIRES_VERIFICATION", True)


@pytest.fixture
def sign_up(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> SignUpToken:
    """Sign up, and return the token of the mail's link."""

    async def request(password: str = PASSWORD) -> str:
        response = await client.post(SIGNUP, json={**BODY, "password": password})
        assert (response.status_code, response.json()) == (202, SENT)
        await run_jobs()
        return link_token(mails)

    return request


def link_token(mails: Mails) -> str:
    """Return the token of the newest mail's link. HTML and text must have the same one."""
    newest = mails()[0]
    [token] = {
        found
        for kind in ("html", "plain")
        for found in re.findall(r"/verify-email#token=([\w-]{20,})", newest.body(kind))
    }
    return str(token)


async def verify(client: AsyncClient, token: str, password: str = PASSWORD) -> Any:
    return await client.post(VERIFY, json={"token": token, "password": password})


async def log_in(client: AsyncClient, password: str = PASSWORD) -> Any:
    return await client.post("/api/v1/login/access-token", data={"username": EMAIL, "password": password})


async def addresses(session: AsyncSession) -> list[str]:
    return list((await session.exec(select(User.email))).all())


async def test_link_with_the_password_creates_the_account(
    client: AsyncClient, session: AsyncSession, sign_up: SignUpToken
) -> None:
    token = await sign_up()
    assert await addresses(session) == []
    response = await verify(client, token)
    assert response.status_code == 200
    assert (response.json()["email"], response.json()["full_name"]) == (EMAIL, "Ada")
    assert (await log_in(client)).status_code == 200


async def test_welcome_mail_comes_after_the_verification(
    client: AsyncClient, sign_up: SignUpToken, mails: Mails, run_jobs: RunJobs
) -> None:
    await verify(client, await sign_up())
    await run_jobs()
    assert [mail.summary["Subject"] for mail in mails()] == ["Welcome to Workbench", "Your sign-up at Workbench"]


async def test_pw08_known_address_gets_the_same_answer(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await create_user(session, email=EMAIL)
    hash_before = user.hashed_password
    response = await client.post(SIGNUP, json={**BODY, "password": OTHER_PASSWORD})
    assert (response.status_code, response.json()) == (202, SENT)
    await run_jobs()
    [mail] = mails()
    assert "already has an account" in mail.body("plain")
    assert "verify-email" not in mail.body("html") + mail.body("plain")
    await session.refresh(user)
    assert user.hashed_password == hash_before


async def test_pw08_known_address_takes_the_same_statements(
    client: AsyncClient, session: AsyncSession, statements: list[str]
) -> None:
    await create_user(session, email=EMAIL)
    executed = []
    for email in (EMAIL, "new@example.com"):
        statements.clear()
        await client.post(SIGNUP, json={**BODY, "email": email})
        executed.append(list(statements))
    assert executed[0] == executed[1] != []


async def test_name_is_not_mailed(sign_up: SignUpToken, mails: Mails) -> None:
    await sign_up()
    assert "Ada" not in mails()[0].body("html") + mails()[0].body("plain")


@pytest.mark.parametrize("password", [PASSWORD, OTHER_PASSWORD])
async def test_sign_in_is_blocked_until_verified(client: AsyncClient, sign_up: SignUpToken, password: str) -> None:
    await sign_up()
    expected = (403, "AUTH_EMAIL_NOT_VERIFIED") if password == PASSWORD else (400, "AUTH_003")
    assert problem(await log_in(client, password)) == expected
    body = {"email": EMAIL, "password": password}
    session = await client.post("/api/v1/login/session", json=body, headers={"Sec-Fetch-Site": "same-origin"})
    assert problem(session) == expected
    assert "set-cookie" not in session.headers


async def test_owner_does_not_confirm_a_strangers_password(
    client: AsyncClient, session: AsyncSession, sign_up: SignUpToken
) -> None:
    strangers_token = await sign_up(OTHER_PASSWORD)
    token = await sign_up()
    assert problem(await verify(client, strangers_token)) == (400, "AUTH_003")
    assert await addresses(session) == []
    assert (await verify(client, token)).status_code == 200
    assert problem(await log_in(client, OTHER_PASSWORD)) == (400, "AUTH_003")
    assert problem(await verify(client, strangers_token, OTHER_PASSWORD)) == (400, "AUTH_005")


async def test_later_sign_up_leaves_the_link_valid(client: AsyncClient, sign_up: SignUpToken) -> None:
    token = await sign_up()
    await sign_up(OTHER_PASSWORD)
    assert (await verify(client, token)).status_code == 200


async def test_link_works_once(client: AsyncClient, sign_up: SignUpToken) -> None:
    token = await sign_up()
    await verify(client, token)
    assert problem(await verify(client, token)) == (400, "AUTH_005")


async def test_link_expires_after_a_day(client: AsyncClient, sign_up: SignUpToken, clock: Clock) -> None:
    token = await sign_up()
    clock.advance(timedelta(hours=24, seconds=1))
    assert problem(await verify(client, token)) == (400, "AUTH_005")


async def test_token_of_another_purpose_is_refused(client: AsyncClient, sign_up: SignUpToken) -> None:
    token = await sign_up()
    body = {"token": token, "new_password": OTHER_PASSWORD}
    assert problem(await client.post("/api/v1/reset-password/", json=body)) == (400, "AUTH_005")
    assert problem(await verify(client, "nonsense")) == (400, "AUTH_005")


async def test_account_created_before_the_link_wins(
    client: AsyncClient, session: AsyncSession, sign_up: SignUpToken
) -> None:
    token = await sign_up(OTHER_PASSWORD)
    await create_user(session, email=EMAIL)
    assert problem(await verify(client, token, OTHER_PASSWORD)) == (400, "AUTH_005")
    assert (await log_in(client)).status_code == 200


async def test_resend_mails_a_further_valid_link(
    client: AsyncClient, sign_up: SignUpToken, mails: Mails, run_jobs: RunJobs
) -> None:
    first = await sign_up()
    response = await client.post(RESEND, json={"email": EMAIL})
    assert (response.status_code, response.json()) == (200, RESENT)
    await run_jobs()
    second = link_token(mails)
    assert second != first
    assert (await verify(client, first)).status_code == 200
    assert problem(await verify(client, second)) == (400, "AUTH_005")


async def test_resend_to_an_unknown_address_sends_nothing(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    response = await client.post(RESEND, json={"email": "nobody@example.com"})
    assert (response.status_code, response.json()) == (200, RESENT)
    await run_jobs()
    assert mails() == []


async def test_weak_password_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    response = await client.post(SIGNUP, json={**BODY, "password": "password123"})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["password"])
    assert (await session.exec(select(SignUp))).all() == []


async def test_closed_sign_up_stays_closed(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "USERS_OPEN_REGISTRATION", False)
    assert problem(await client.post(SIGNUP, json=BODY)) == (403, "AUTH_002")


async def test_expired_sign_ups_are_deleted(session: AsyncSession, sign_up: SignUpToken, clock: Clock) -> None:
    await sign_up()
    await jobs.delete_ended_one_time_tokens()
    assert len((await session.exec(select(SignUp))).all()) == 1
    clock.advance(timedelta(hours=24, seconds=1))
    await jobs.delete_ended_one_time_tokens()
    session.expire_all()
    assert (await session.exec(select(SignUp.id))).all() == []
    assert (await session.exec(select(SignUpLink.token_hash))).all() == []
