"""Health, and the test mail."""

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.settings import settings
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.auth.mailbox import Mails
from tests.core.answers import fields, problem
from tests.fixtures import RunJobs

HEALTH = "/api/v1/utils/health-check/"
TEST_MAIL = "/api/v1/utils/test-email/"


async def test_health_check_is_true(client: AsyncClient) -> None:
    response = await client.get(HEALTH)
    assert (response.status_code, response.json()) == (200, True)


async def test_test_mail_arrives(client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.post(TEST_MAIL, headers=headers, params={"email_to": "Ada@Example.com"})
    assert (response.status_code, response.json()) == (201, {"message": "Test email sent"})
    await run_jobs()
    [mail] = mails()
    assert mail.summary["Subject"] == "Workbench - Test email"
    assert [to["Address"] for to in mail.summary["To"]] == ["ada@example.com"]
    assert mail.summary["From"] == {"Name": "Workbench", "Address": settings.EMAILS_FROM_EMAIL}


async def test_test_mail_is_for_superusers_only(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    params = {"email_to": "ada@example.com"}
    assert problem(await client.post(TEST_MAIL, headers=headers, params=params)) == (403, "AUTH_002")
    assert problem(await client.post(TEST_MAIL, params=params)) == (401, "AUTH_001")


@pytest.mark.parametrize("params", [{}, {"email_to": ""}, {"email_to": "nonsense"}, {"email_to": "ada@localhost"}])
async def test_test_mail_needs_a_recipient(client: AsyncClient, session: AsyncSession, params: dict[str, str]) -> None:
    _, headers = await signed_in_superuser(session)
    response = await client.post(TEST_MAIL, headers=headers, params=params)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["email_to"]


async def test_test_mail_without_a_mail_server_fails(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SMTP_HOST", "")
    _, headers = await signed_in_superuser(session)
    response = await client.post(TEST_MAIL, headers=headers, params={"email_to": "ada@example.com"})
    assert problem(response) == (503, "UNAV_001")
    assert "SMTP_HOST" in response.json()["detail"]


async def test_signup_works_without_a_mail_server(
    client: AsyncClient, mails: Mails, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SMTP_HOST", "")
    body = {"email": "ada@example.com", "password": "correct horse battery"}
    assert (await client.post("/api/v1/users/signup", json=body)).status_code == 200
    await run_jobs()
    assert mails() == []
