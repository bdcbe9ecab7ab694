"""Users are notified of changes of their credentials (PW-21)."""

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.auth.mailbox import NEW_PASSWORD, Mails, RequestToken, reset_password
from tests.core.answers import problem
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD, create_user

ME = "/api/v1/users/me"
OLD, NEW = "ada@example.com", "new@example.com"
ADDRESS_CHANGED, PASSWORD_CHANGED = "Your email address was changed", "Your password was changed"


def sent(mails: Mails) -> list[tuple[str, str]]:
    """Recipient and subject of each mail."""
    return sorted((mail.summary["To"][0]["Address"], mail.summary["Subject"]) for mail in mails())


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
    assert "/not-me#token=" in mails()[0].body("plain")


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
    _, headers = await signed_in_user(session, email=OLD)
    body = {"current_password": "a wrong password", "new_password": NEW_PASSWORD}
    assert problem(await client.patch(f"{ME}/password", headers=headers, json=body)) == (400, "REQ_001")
    await run_jobs()
    assert mails() == []
