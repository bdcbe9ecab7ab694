"""Recovery: a token opens one account once, within an hour (RE-01, RE-02, RE-04..07, RE-10, RE-12, JW-03, PW-09)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import ValidationError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.config import AuthSettings
from app.auth.models import OneTimeToken, TokenPurpose
from app.core.database import session as db
from app.core.security.passwords import verify_password
from app.users.models import User
from tests.auth.factories import sign_in, signed_in_superuser
from tests.auth.mailbox import EMAIL, NEW_PASSWORD, Mails, RequestToken, reset_password
from tests.auth.new_address import change_email
from tests.core.answers import problem
from tests.core.races import until_waiting
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD, create_user

ME = "/api/v1/users/me"


async def make_token(session: AsyncSession, user: User) -> str:
    purpose, lifetime = TokenPurpose.RESET_PASSWORD, timedelta(minutes=60)
    token = await crud.create_one_time_token(
        session=session, user_id=user.id, email=user.email, purpose=purpose, lifetime=lifetime
    )
    await session.commit()
    return token


async def test_re04_token_works_once(client: AsyncClient, session: AsyncSession, request_token: RequestToken) -> None:
    user = await create_user(session, email=EMAIL)
    token = await request_token()
    assert (await reset_password(client, token)).status_code == 200
    assert problem(await reset_password(client, token, "a third horse battery")) == (400, "AUTH_005")
    await session.refresh(user)
    assert (await verify_password(NEW_PASSWORD, user.hashed_password))[0]


async def test_re04_one_of_ten_concurrent_resets_succeeds(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
        token = await make_token(session, user)
    passwords = [f"horse battery number {n}" for n in range(10)]
    responses = await asyncio.gather(*(reset_password(live, token, password) for password in passwords))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 9
    [winner] = [password for password, response in zip(passwords, responses, strict=True) if response.is_success]
    async with db.WriteSession() as session:
        stored = await session.get(User, user.id)
        assert stored is not None
        assert (await verify_password(winner, stored.hashed_password))[0]


@pytest.mark.parametrize("change", ["password", "address"])
async def test_re05_own_change_invalidates_the_token(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken, change: str
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await request_token()
    if change == "password":
        body = {"current_password": PASSWORD, "new_password": "a third horse battery"}
        response = await client.patch(f"{ME}/password", headers=await sign_in(session, user), json=body)
    else:
        response = await change_email(client, session, user, "new@example.com")
    assert response.status_code == 200
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


@pytest.mark.parametrize(
    "body", [{"password": "a third horse battery"}, {"email": "new@example.com"}, {"is_active": False}]
)
async def test_re05_superusers_change_invalidates_the_token(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken, body: dict[str, Any]
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await request_token()
    _, headers = await signed_in_superuser(session)
    assert (await client.patch(f"/api/v1/users/{user.id}", headers=headers, json=body)).status_code == 200
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


async def test_re05_invalidated_token_stays_invalid(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await request_token()
    _, headers = await signed_in_superuser(session)
    for body in ({"is_active": False}, {"is_active": True}, {"email": "new@example.com"}, {"email": EMAIL}):
        await client.patch(f"/api/v1/users/{user.id}", headers=headers, json=body)
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


async def test_re05_inactive_account_cannot_be_reset(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, is_active=False)
    token = await make_token(session, user)
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


async def test_re05_concurrent_reset_and_password_change_cannot_deadlock(live: AsyncClient) -> None:
    """Both lock the account first. Otherwise they could deadlock."""
    async with db.WriteSession() as session:
        user = await create_user(session)
        token = await make_token(session, user)
        _, superuser = await signed_in_superuser(session)
    async with db.WriteSession() as session, asyncio.TaskGroup() as group:
        await session.get(User, user.id, with_for_update=True)
        path = f"/api/v1/users/{user.id}"
        change = group.create_task(live.patch(path, headers=superuser, json={"password": NEW_PASSWORD}))
        await until_waiting(1)
        late = group.create_task(reset_password(live, token))
        await until_waiting(2)
        await session.commit()
    assert (change.result().status_code, late.result().status_code) == (200, 400)


async def test_re06_token_does_not_follow_the_address(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    first = await create_user(session, email=EMAIL)
    token = await request_token()
    first.email = "elsewhere@example.com"
    session.add(first)
    await session.commit()
    second = await create_user(session, email=EMAIL)
    hash_before = second.hashed_password
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")
    await session.refresh(second)
    assert second.hashed_password == hash_before


async def test_re06_deleted_account_invalidates_the_token(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await request_token()
    await session.delete(user)
    await session.commit()
    await create_user(session, email=EMAIL)
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


async def test_re07_token_expires_after_an_hour(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    clock.freeze()
    token = await request_token()
    clock.advance(timedelta(minutes=60) - timedelta(microseconds=1))
    assert problem(await reset_password(client, token, "12345678"))[0] == 422  # a weak password leaves the token usable
    clock.advance(timedelta(microseconds=1))
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


def test_re07_longer_lifetime_cannot_be_set() -> None:
    with pytest.raises(ValidationError, match="PASSWORD_RESET_EXPIRE_MINUTES"):
        AuthSettings(_env_file=None, PASSWORD_RESET_EXPIRE_MINUTES=61)


async def test_jw03_bearer_token_is_refused_for_a_reset(client: AsyncClient, session: AsyncSession) -> None:
    headers = await sign_in(session, await create_user(session))
    token = headers["Authorization"].removeprefix("Bearer ")
    assert problem(await reset_password(client, token)) == (400, "AUTH_005")


async def test_jw03_reset_token_is_refused_as_bearer(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    await create_user(session, email=EMAIL)
    response = await client.get(ME, headers={"Authorization": f"Bearer {await request_token()}"})
    assert problem(response) == (401, "AUTH_001")


async def test_pw09_password_from_a_superuser_is_never_mailed(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    _, headers = await signed_in_superuser(session)
    body = {"email": EMAIL, "password": "chosen-by-a-superuser"}
    await client.post("/api/v1/users/", headers=headers, json=body)
    await run_jobs()
    [mail] = mails()
    assert b"chosen-by-a-superuser" not in mail.raw
    assert "chosen-by-a-superuser" not in mail.body("html") + mail.body("plain")


@pytest.mark.parametrize("change", ["none", "password", "address"])
async def test_re17_no_mail_contains_the_name(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, change: str
) -> None:
    """A visitor chose the address and the name."""
    user = await create_user(session, email=EMAIL, full_name="Invoice at evil.example")
    headers = await sign_in(session, user)
    if change == "password":
        body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        assert (await client.patch(f"{ME}/password", headers=headers, json=body)).status_code == 200
    elif change == "address":
        assert (await change_email(client, session, user, "new@example.com")).status_code == 200
    else:
        await client.post(f"/api/v1/password-recovery/{EMAIL}")
    await run_jobs()
    [mail] = mails()
    assert "evil.example" not in mail.body("html") + mail.body("plain") + mail.raw.decode()


@pytest.mark.parametrize("name", ["Ada\r\nBcc: mallory@example.com", "Ada\n\nhello", "\u202eadA", "🦉" * 200])
async def test_re12_name_cannot_inject_headers(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, name: str
) -> None:
    await create_user(session, email=EMAIL, full_name=name)
    await client.post(f"/api/v1/password-recovery/{EMAIL}")
    await run_jobs()
    [mail] = mails()
    assert [to["Address"] for to in mail.summary["To"]] == [EMAIL]
    assert (mail.summary["Cc"], mail.summary["Bcc"]) == ([], [])


async def test_re10_link_ignores_the_hosts_of_the_request(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    await create_user(session, email=EMAIL)
    evil = {"Host": "127.0.0.1", "Origin": "https://evil.example"}
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    await client.post(f"/api/v1/password-recovery/{EMAIL}", headers=evil | forwarded)
    await run_jobs()
    [mail] = mails()
    assert "http://localhost:8000/reset-password#token=" in mail.body("plain")
    for host in ("evil.example", "127.0.0.1"):
        assert host not in mail.body("plain") + mail.body("html")


async def test_re01_request_does_no_work_on_the_account(client: AsyncClient, session: AsyncSession) -> None:
    """The response time reveals nothing, because a job does the work that depends on the account."""
    user = await create_user(session)
    await client.post(f"/api/v1/password-recovery/{user.email}")
    assert (await session.exec(select(OneTimeToken))).all() == []
