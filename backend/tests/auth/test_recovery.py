"""Requesting a link to reset a forgotten password; the response is always the same (RE-02)."""

from urllib.parse import quote

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.auth.mailbox import Mails, reset_token
from tests.core.answers import fields, problem
from tests.fixtures import RunJobs
from tests.users.factories import create_user

RECOVER = "/api/v1/password-recovery/"
PREVIEW = "/api/v1/password-recovery-html-content/"
ANSWER = {"message": "If that email is registered, we sent a password recovery link"}


async def test_mail_with_a_link_arrives(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await create_user(session, full_name="Ada")
    response = await client.post(f"{RECOVER}{user.email}")
    assert (response.status_code, response.json()) == (200, ANSWER)
    await run_jobs()
    [mail] = mails()
    assert mail.summary["Subject"] == "Workbench - Password recovery"
    assert [to["Address"] for to in mail.summary["To"]] == [user.email]
    for body in (mail.body("html"), mail.body("plain")):
        assert "Ada" not in body
        assert f"http://localhost:8000/reset-password#token={reset_token(mail)}" in body


RESERVED = ["ann/sales", "ann?sales", "ann#1", "ann+sales", "ann%2f", "a=b&c", "o'neil", "a{b}"]


@pytest.mark.parametrize("local_part", RESERVED)
@pytest.mark.parametrize("is_encoded", [True, False])
async def test_address_with_reserved_characters_is_accepted(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, local_part: str, is_encoded: bool
) -> None:
    _, admin = await signed_in_superuser(session)
    user = await create_user(session, email=f"{local_part}@example.com")
    in_path = quote(user.email, safe="" if is_encoded else "/+@=&'")
    response = await client.post(f"{RECOVER}{in_path}")
    assert (response.status_code, response.json()) == (200, ANSWER)
    await run_jobs()
    assert [mail.summary["To"][0]["Address"] for mail in mails()] == [user.email]
    assert (await client.post(f"{PREVIEW}{in_path}", headers=admin)).status_code == 200


async def test_empty_address_is_invalid(client: AsyncClient) -> None:
    assert problem(await client.post(RECOVER)) == (422, "VAL_001")


async def test_mail_is_sent_after_the_commit(client: AsyncClient, session: AsyncSession, mails: Mails) -> None:
    user = await create_user(session)
    await client.post(f"{RECOVER}{user.email}")
    assert mails() == []


async def test_email_is_case_insensitive(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    await create_user(session, email="ada@example.com")
    await client.post(f"{RECOVER}ADA@Example.com")
    await run_jobs()
    assert [mail.summary["To"][0]["Address"] for mail in mails()] == ["ada@example.com"]


@pytest.mark.parametrize("account", [None, {"is_active": False}, {}], ids=["unknown", "inactive", "known"])
async def test_response_is_always_the_same(
    client: AsyncClient, session: AsyncSession, account: dict[str, object] | None
) -> None:
    if account is not None:
        await create_user(session, email="ada@example.com", **account)
    response = await client.post(f"{RECOVER}ada@example.com")
    assert (response.status_code, response.json()) == (200, ANSWER)


@pytest.mark.parametrize("account", [None, {"is_active": False}], ids=["unknown", "inactive"])
async def test_unknown_or_inactive_users_get_no_mail(
    client: AsyncClient,
    session: AsyncSession,
    mails: Mails,
    run_jobs: RunJobs,
    account: dict[str, object] | None,
) -> None:
    if account is not None:
        await create_user(session, email="ada@example.com", **account)
    await client.post(f"{RECOVER}ada@example.com")
    await run_jobs()
    assert mails() == []


@pytest.mark.parametrize("address", ["nonsense", "ada@", "ada@localhost", "%20"])
async def test_malformed_address_is_refused(client: AsyncClient, address: str) -> None:
    response = await client.post(f"{RECOVER}{address}")
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["email"]


async def test_preview_shows_the_mail_to_a_superuser(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session, full_name="Ada <b>Lovelace</b>")
    response = await client.post(f"{PREVIEW}{user.email}", headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["x-mail-subject"] == "Workbench - Password recovery"
    assert user.email in response.text
    assert "Lovelace" not in response.text


async def test_preview_contains_no_working_token(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    await client.post(f"{PREVIEW}{superuser.email}", headers=headers)
    body = {"token": "preview", "new_password": "another horse battery"}
    assert problem(await client.post("/api/v1/reset-password/", json=body)) == (400, "AUTH_005")


async def test_preview_is_for_superusers(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    assert problem(await client.post(f"{PREVIEW}{user.email}", headers=headers)) == (403, "AUTH_002")
    assert problem(await client.post(f"{PREVIEW}{user.email}")) == (401, "AUTH_001")


async def test_preview_of_an_unknown_address_is_not_found(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.post(f"{PREVIEW}nobody@example.com", headers=headers)
    assert problem(response) == (404, "NOT_001")
    assert response.json()["detail"] == "The user with this email does not exist in the system"


async def test_preview_of_a_malformed_address_is_invalid(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    assert problem(await client.post(f"{PREVIEW}nonsense", headers=headers)) == (422, "VAL_001")
