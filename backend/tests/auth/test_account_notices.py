"""A session alone cannot take over an account: the password is needed, and the old address is notified (PW-21)."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.auth.mailbox import NEW_PASSWORD, Mails, RequestToken, reset_password
from tests.core.answers import fields, problem
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD, create_user

ME = "/api/v1/users/me"
OLD, NEW = "ada@example.com", "new@example.com"
ADDRESS_CHANGED, PASSWORD_CHANGED = "Your email address was changed", "Your password was changed"


def sent(mails: Mails) -> list[tuple[str, str]]:
    """Recipient and subject of each mail."""
    return sorted((mail.summary["To"][0]["Address"], mail.summary["Subject"]) for mail in mails())


@pytest.mark.parametrize(
    ("password", "expected", "code"),
    [
        (None, (422, "VAL_001"), "missing"),
        ("", (400, "REQ_001"), "incorrect"),
        ("a wrong password", (400, "REQ_001"), "incorrect"),
    ],
)
async def test_new_address_needs_the_current_password(
    client: AsyncClient,
    session: AsyncSession,
    mails: Mails,
    run_jobs: RunJobs,
    password: str | None,
    expected: tuple[int, str],
    code: str,
) -> None:
    user, headers = await signed_in_user(session, email=OLD)
    body = {"email": NEW, "full_name": "Ada"} | ({} if password is None else {"current_password": password})
    response = await client.patch(ME, headers=headers, json=body)
    assert (problem(response), fields(response)) == (expected, ["current_password"])
    assert response.json()["errors"][0]["code"] == code
    await session.refresh(user)
    assert (user.email, user.full_name) == (OLD, None)
    await run_jobs()
    assert mails() == []


@pytest.mark.parametrize("body", [{"full_name": "Ada"}, {"email": " ADA@Example.com "}, {"current_password": "wrong"}])
async def test_unchanged_address_needs_no_password(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, body: dict[str, Any]
) -> None:
    _, headers = await signed_in_user(session, email=OLD)
    response = await client.patch(ME, headers=headers, json=body)
    assert (response.status_code, response.json()["email"]) == (200, OLD)
    await run_jobs()
    assert mails() == []


@pytest.mark.parametrize("value", [None, 1, "x" * 129])
async def test_malformed_current_password_is_invalid(client: AsyncClient, session: AsyncSession, value: Any) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch(ME, headers=headers, json={"email": NEW, "current_password": value})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["current_password"])


async def test_old_address_is_notified_of_a_new_one(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    _, headers = await signed_in_user(session, email=OLD)
    body = {"email": NEW, "current_password": PASSWORD}
    assert (await client.patch(ME, headers=headers, json=body)).json()["email"] == NEW
    await run_jobs()
    assert sent(mails) == [(OLD, ADDRESS_CHANGED)]
    for kind in ("html", "plain"):
        assert OLD in mails()[0].body(kind)
        assert NEW not in mails()[0].body(kind)


async def test_superusers_changes_notify_the_old_address(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session, email=OLD)
    body = {"email": NEW, "password": NEW_PASSWORD, "is_superuser": True}
    assert (await client.patch(f"/api/v1/users/{user.id}", headers=headers, json=body)).status_code == 200
    await run_jobs()
    assert sent(mails) == [(OLD, ADDRESS_CHANGED), (OLD, PASSWORD_CHANGED)]


async def test_own_password_change_is_notified(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    _, headers = await signed_in_user(session, email=OLD)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert (await client.patch(f"{ME}/password", headers=headers, json=body)).status_code == 200
    await run_jobs()
    assert sent(mails) == [(OLD, PASSWORD_CHANGED)]
    assert "/recover-password" in mails()[0].body("plain")


async def test_reset_is_notified(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, request_token: RequestToken
) -> None:
    await create_user(session, email=OLD)
    assert (await reset_password(client, await request_token())).status_code == 200
    await run_jobs()
    assert (OLD, PASSWORD_CHANGED) in sent(mails)


async def test_refused_change_is_not_notified(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    taken = await create_user(session)
    _, headers = await signed_in_user(session, email=OLD)
    body = {"email": taken.email, "current_password": PASSWORD}
    assert problem(await client.patch(ME, headers=headers, json=body)) == (409, "DUP_001")
    await run_jobs()
    assert mails() == []
