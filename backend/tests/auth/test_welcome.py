"""The mail that greets a new account."""

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


async def test_who_signs_up_is_welcomed(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json=BODY)
    await run_jobs()
    [mail] = mails()
    assert mail.summary["Subject"] == "Welcome to Workbench"
    assert [to["Address"] for to in mail.summary["To"]] == ["ada@example.com"]
    assert "Hello Ada" in mail.body("plain")
    assert "reset-password" not in mail.body("html")


async def test_refused_signup_sends_nothing(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    await create_user(session, email="ada@example.com")
    await client.post(SIGNUP, json=BODY)
    await run_jobs()
    assert mails() == []


async def test_account_made_by_a_superuser_gets_a_link_to_choose_a_password(
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


async def test_mail_names_nobody_when_no_name_is_known(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    await client.post(SIGNUP, json={**BODY, "full_name": None})
    await run_jobs()
    [mail] = mails()
    assert "None" not in mail.body("plain")
    assert "Hello," in mail.body("plain")


async def test_mail_has_text_and_html_and_no_leftovers_of_the_template(
    client: AsyncClient, mails: Mails, run_jobs: RunJobs
) -> None:
    await client.post(SIGNUP, json=BODY)
    await run_jobs()
    [mail] = mails()
    for body in (mail.body("html"), mail.body("plain")):
        assert body.strip()
        for leftover in ("{{", "{%", "<mj-"):
            assert leftover not in body
