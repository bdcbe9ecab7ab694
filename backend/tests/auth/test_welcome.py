"""The welcome mail of a new account (RE-17)."""

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.security.passwords import verify_password
from app.users import crud
from tests.auth.factories import signed_in_superuser
from tests.auth.mailbox import Mails, reset_token
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD, create_user

SIGNUP = "/api/v1/users/signup"
USERS = "/api/v1/users/"
BODY = {"email": "ada@example.com", "password": PASSWORD, "full_name": "Ada"}


async def test_signup_sends_a_welcome_mail(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json=BODY)
    await run_jobs()
    [mail] = mails()
    assert mail.summary["Subject"] == "Welcome to Workbench"
    assert [to["Address"] for to in mail.summary["To"]] == ["ada@example.com"]
    assert "reset-password" not in mail.body("html")


async def test_name_typed_by_a_visitor_is_not_mailed(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json={**BODY, "full_name": "Bob, see https://example.org"})
    await run_jobs()
    [mail] = mails()
    for body in (mail.body("html"), mail.body("plain")):
        assert "Bob" not in body
        assert "example.org" not in body


async def test_refused_signup_sends_nothing(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    await create_user(session, email="ada@example.com")
    await client.post(SIGNUP, json=BODY)
    await run_jobs()
    assert mails() == []


async def test_account_from_a_superuser_gets_a_password_link(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    _, headers = await signed_in_superuser(session)
    await client.post(USERS, headers=headers, json=BODY)
    await run_jobs()
    [mail] = mails()
    body = {"token": reset_token(mail), "new_password": "another horse battery"}
    assert (await client.post("/api/v1/reset-password/", json=body)).status_code == 200
    user = await crud.get_user_by_email(session=session, email="ada@example.com")
    assert user is not None
    assert await verify_password("another horse battery", user.hashed_password) == (True, None)


async def test_mail_without_a_name_greets_neutrally(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json={**BODY, "full_name": None})
    await run_jobs()
    [mail] = mails()
    assert "None" not in mail.body("plain")
    assert "Hello," in mail.body("plain")


async def test_mail_has_complete_text_and_html(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json=BODY)
    await run_jobs()
    [mail] = mails()
    for body in (mail.body("html"), mail.body("plain")):
        assert body.strip()
        for leftover in ("{{", "{%", "<mj-"):
            assert leftover not in body
