"""Users learn of a sign-in from a new device and of changes, and can answer that it was not them (PW-18)."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.database import session as db
from app.users.models import User
from tests.auth.events import kinds_of
from tests.auth.factories import sign_in, signed_in_user
from tests.auth.mailbox import EMAIL, NEW_PASSWORD, Mails, link_token, reset_password, reset_token
from tests.core.answers import problem
from tests.core.races import run_both
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD, create_user

V1 = "/api/v1"
ME, NOT_ME = f"{V1}/users/me", f"{V1}/login/not-me"
INVALID = (400, "AUTH_005")
CHANGE = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}


async def report(client: AsyncClient, token: str) -> Response:
    return await client.post(NOT_ME, json={"token": token})


async def sessions_of(session: AsyncSession, user: User) -> int:
    return len((await session.exec(select(UserSession.id).where(UserSession.user_id == user.id))).all())


async def changed_password(client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs) -> User:
    """A user whose password a stranger with their session has just changed."""
    user, headers = await signed_in_user(session, email=EMAIL)
    assert (await client.patch(f"{ME}/password", headers=headers, json=CHANGE)).status_code == 200
    await run_jobs()
    return user


async def test_pw18_owner_answers_a_new_password(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await changed_password(client, session, mails, run_jobs)
    token = link_token(mails()[0], "/not-me")
    assert await sessions_of(session, user) == 1
    assert (await report(client, token)).status_code == 200
    assert await sessions_of(session, user) == 0
    assert await kinds_of(session, user) == ["password_changed", "not_me_reported"]
    await run_jobs()
    recovery = mails()[0]
    assert recovery.summary["To"][0]["Address"] == EMAIL
    assert (await reset_password(client, reset_token(recovery), "a third horse battery")).status_code == 200


async def test_pw18_new_device_can_be_answered(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await create_user(session, email=EMAIL)
    await session.commit()
    for _ in range(2):
        client.cookies.clear()
        body = {"email": EMAIL, "password": PASSWORD}
        await client.post(f"{V1}/login/session", headers={"Sec-Fetch-Site": "same-origin"}, json=body)
    client.cookies.clear()
    await run_jobs()
    assert (await report(client, link_token(mails()[0], "/not-me"))).status_code == 200
    assert await sessions_of(session, user) == 0


async def test_pw18_link_works_once(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await changed_password(client, session, mails, run_jobs)
    token = link_token(mails()[0], "/not-me")
    assert (await report(client, token)).status_code == 200
    await sign_in(session, user)
    assert problem(await report(client, token)) == INVALID
    assert await sessions_of(session, user) == 1


@pytest.mark.parametrize("days", [6.9, 7.1])
async def test_pw18_link_lives_seven_days(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, clock: Clock, days: float
) -> None:
    await changed_password(client, session, mails, run_jobs)
    clock.advance(timedelta(days=days))
    assert (await report(client, link_token(mails()[0], "/not-me"))).status_code == (200 if days < 7 else 400)


async def test_pw18_further_change_keeps_the_link(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    """Otherwise a stranger could void it by changing the password again."""
    user = await changed_password(client, session, mails, run_jobs)
    token = link_token(mails()[0], "/not-me")
    again = {"current_password": NEW_PASSWORD, "new_password": "a third horse battery"}
    headers = await sign_in(session, user)
    assert (await client.patch(f"{ME}/password", headers=headers, json=again)).status_code == 200
    assert (await report(client, token)).status_code == 200


async def test_pw18_requests_of_strangers_stop_no_recovery(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    """Links of earlier recoveries stay valid, also if the limit of mails is used up."""
    await changed_password(client, session, mails, run_jobs)
    token = link_token(mails()[0], "/not-me")
    await client.post(f"{V1}/password-recovery/{EMAIL}")
    await run_jobs()
    earlier = reset_token(mails()[0])
    assert (await report(client, token)).status_code == 200
    assert (await reset_password(client, earlier, "a third horse battery")).status_code == 200


@pytest.mark.parametrize("path", ["reset-password/", "login/not-me"])
async def test_pw18_tokens_have_one_purpose(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, path: str
) -> None:
    await changed_password(client, session, mails, run_jobs)
    token = link_token(mails()[0], "/not-me")
    await client.post(f"{V1}/password-recovery/{EMAIL}")
    await run_jobs()
    other = reset_token(mails()[0]) if path == "login/not-me" else token
    body = {"token": other, "new_password": NEW_PASSWORD}
    assert problem(await client.post(f"{V1}/{path}", json=body)) == INVALID


async def test_pw18_of_two_concurrent_uses_one_wins(live: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    async with db.WriteSession() as session:
        user = await changed_password(live, session, mails, run_jobs)
    token = link_token(mails()[0], "/not-me")
    assert await run_both(user, report(live, token), report(live, token)) == [200, 400]
    async with db.WriteSession() as session:
        assert await kinds_of(session, user) == ["password_changed", "not_me_reported"]


async def test_pw18_opening_the_link_changes_nothing(client: AsyncClient) -> None:
    assert (await client.get(NOT_ME)).status_code == 405
