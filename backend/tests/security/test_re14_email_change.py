"""A new address counts once it is confirmed, and the old one can undo it (RE-14)."""

import asyncio
from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.models import RECENT, TokenPurpose
from app.core.clock import utc_now
from app.core.database import session as db
from app.users.models import User
from tests.auth.events import kinds_of
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.auth.mailbox import EMAIL, NEW_PASSWORD, Mails, link_token, reset_password, reset_token
from tests.auth.new_address import EMAIL_ME, confirm_email, confirmation_token
from tests.core.answers import fields, problem
from tests.core.races import run_both
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD, create_user

V1 = "/api/v1"
ME = f"{V1}/users/me"
NEW = "new@example.com"
INVALID = (400, "AUTH_005")


async def request(client: AsyncClient, headers: Headers, email: str = NEW) -> Response:
    return await client.post(EMAIL_ME, headers=headers, json={"email": email})


async def undo(client: AsyncClient, token: str) -> Response:
    return await client.post(f"{EMAIL_ME}/undo", json={"token": token})


async def address_of(session: AsyncSession, user: User) -> str:
    return (await session.get_one(User, user.id, populate_existing=True)).email


def recipients(mails: Mails) -> list[str]:
    return [mail.summary["To"][0]["Address"] for mail in mails()]


async def status_of(client: AsyncClient, headers: Headers) -> int:
    return (await client.get(ME, headers=headers)).status_code


async def undo_token(client: AsyncClient, session: AsyncSession, user: User, mails: Mails, run_jobs: RunJobs) -> str:
    """The token that the old address gets after a change."""
    token = await confirmation_token(session, user, NEW)
    assert (await confirm_email(client, token)).status_code == 200
    await run_jobs()
    return link_token(mails()[0], "/undo-email")


async def test_re14_address_changes_once_it_is_confirmed(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user, headers = await signed_in_user(session, email=EMAIL)
    other = await sign_in(session, user)
    assert (await request(client, other)).status_code == 202
    await run_jobs()
    assert recipients(mails) == [NEW]
    assert await address_of(session, user) == EMAIL
    own = (await client.get(EMAIL_ME, headers=headers)).json()
    assert (own["email"], own["pending_email"]) == (EMAIL, NEW)
    assert (await confirm_email(client, link_token(mails()[0], "/confirm-email"))).status_code == 200
    assert await address_of(session, user) == NEW
    # The session that requested it stays.
    assert (await status_of(client, headers), await status_of(client, other)) == (401, 200)
    assert await kinds_of(session, user) == ["email_change_requested", "email_changed"]
    assert (await client.get(EMAIL_ME, headers=other)).json()["pending_email"] is None


async def test_re14_needs_a_recent_authentication(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    headers = await sign_in(session, user, authenticated_at=utc_now() - RECENT - timedelta(seconds=1))
    assert problem(await request(client, headers)) == (403, "AUTH_REAUTHENTICATION_REQUIRED")


async def test_re14_taken_address_gets_another_mail(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, statements: list[str]
) -> None:
    """The response and the statements are the same, so nobody finds out which addresses have an account."""
    await create_user(session, email="taken@example.com")
    found = []
    for email in (NEW, "taken@example.com"):
        _, headers = await signed_in_user(session)
        statements.clear()
        response = await request(client, headers, email)
        found.append((response.status_code, response.json(), list(statements)))
    assert found[0] == found[1]
    await run_jobs()
    taken, new = mails()
    assert [mail.summary["To"][0]["Address"] for mail in (taken, new)] == ["taken@example.com", NEW]
    assert "#token=" not in taken.body("plain") + taken.body("html")
    assert "already has an account" in taken.body("plain")


async def test_re14_present_address_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session, email=EMAIL)
    response = await request(client, headers, " ADA@example.com")
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["email"])


async def test_re14_newer_request_replaces_the_earlier(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    token = await confirmation_token(session, user, NEW)
    await request(client, headers, "newest@example.com")
    assert problem(await confirm_email(client, token)) == INVALID


@pytest.mark.parametrize("hours", [23.9, 24.1])
async def test_re14_link_lives_a_day(client: AsyncClient, session: AsyncSession, clock: Clock, hours: float) -> None:
    user = await create_user(session)
    token = await confirmation_token(session, user, NEW)
    clock.advance(timedelta(hours=hours))
    assert (await confirm_email(client, token)).status_code == (200 if hours < 24 else 400)


ENDINGS = ["password", "recovery", "session", "sessions", "superuser", "deactivated"]


@pytest.mark.parametrize("how", ENDINGS)
async def test_re14_pending_change_ends_with_access(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, how: str
) -> None:
    """Also if its mail still waits. Otherwise a stranger's request could survive what stops the stranger."""
    user, stranger = await signed_in_user(session, email=EMAIL)
    owner = await sign_in(session, user)
    token = await confirmation_token(session, user, NEW)
    assert (await request(client, stranger)).status_code == 202
    _, superuser = await signed_in_superuser(session)
    page = (await client.get(f"{V1}/sessions/", headers=owner)).json()["data"]
    [other] = [row["id"] for row in page if not row["is_current"]]
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    if how == "password":
        await client.patch(f"{ME}/password", headers=owner, json=body)
    elif how == "recovery":
        purpose, lifetime = TokenPurpose.RESET_PASSWORD, timedelta(hours=1)
        reset = await crud.create_one_time_token(
            session=session, user_id=user.id, email=EMAIL, purpose=purpose, lifetime=lifetime
        )
        await session.commit()
        assert (await reset_password(client, reset)).status_code == 200
    elif how == "session":
        await client.delete(f"{V1}/sessions/{other}", headers=owner)
    elif how == "sessions":
        await client.delete(f"{V1}/sessions/", headers=owner)
    else:
        change = {"email": "else@example.com"} if how == "superuser" else {"is_active": False}
        await client.patch(f"{V1}/users/{user.id}", headers=superuser, json=change)
    before = await address_of(session, user)
    assert problem(await confirm_email(client, token)) == INVALID
    await run_jobs()
    assert NEW not in recipients(mails)
    assert await address_of(session, user) == before != NEW


async def test_re14_log_out_keeps_the_pending_change(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    token = await confirmation_token(session, user, NEW)
    await client.post(f"{V1}/login/logout", headers=headers)
    assert (await confirm_email(client, token)).status_code == 200


async def test_re14_address_taken_in_between_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, email=EMAIL)
    token = await confirmation_token(session, user, NEW)
    await create_user(session, email=NEW)
    await session.commit()
    assert problem(await confirm_email(client, token)) == (409, "DUP_001")
    assert await address_of(session, user) == EMAIL


async def test_re14_old_address_can_undo(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user, headers = await signed_in_user(session, email=EMAIL)
    token = await undo_token(client, session, user, mails, run_jobs)
    assert recipients(mails)[0] == EMAIL
    assert (await undo(client, token)).status_code == 200
    assert await address_of(session, user) == EMAIL
    assert await status_of(client, headers) == 401
    assert await kinds_of(session, user) == ["email_changed", "email_change_undone"]
    await run_jobs()
    recovery = next(mail for mail in mails() if "#token=" in mail.body("plain"))
    assert recovery.summary["To"][0]["Address"] == EMAIL
    assert (await reset_password(client, reset_token(recovery))).status_code == 200
    assert problem(await undo(client, token)) == INVALID


async def test_re14_undo_cannot_be_undone(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    """A stranger who has changed the address twice gets a link at the first one, which must not work any more."""
    user = await create_user(session, email=EMAIL)
    first = await undo_token(client, session, user, mails, run_jobs)
    assert (await confirm_email(client, await confirmation_token(session, user, "c@example.com"))).status_code == 200
    await run_jobs()
    strangers = link_token(mails()[0], "/undo-email")
    assert (await confirm_email(client, await confirmation_token(session, user, "d@example.com"))).status_code == 200
    assert (await undo(client, first)).status_code == 200  # while the mail of the latest change waits
    await run_jobs()
    assert problem(await undo(client, strangers)) == INVALID
    [late] = [mail for mail in mails() if mail.summary["To"][0]["Address"] == "c@example.com"]
    assert "#token=" not in late.body("plain")
    assert await address_of(session, user) == EMAIL


async def test_re14_further_changes_keep_the_undo_link(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await undo_token(client, session, user, mails, run_jobs)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    headers = await sign_in(session, user)
    assert (await client.patch(f"{ME}/password", headers=headers, json=body)).status_code == 200
    assert (await undo(client, token)).status_code == 200


@pytest.mark.parametrize("days", [6.9, 7.1])
async def test_re14_undo_lives_seven_days(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, clock: Clock, days: float
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await undo_token(client, session, user, mails, run_jobs)
    clock.advance(timedelta(days=days))
    assert (await undo(client, token)).status_code == (200 if days < 7 else 400)


async def test_re14_undo_of_a_taken_address_is_refused(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await create_user(session, email=EMAIL)
    token = await undo_token(client, session, user, mails, run_jobs)
    await create_user(session, email=EMAIL)
    await session.commit()
    assert problem(await undo(client, token)) == (409, "DUP_001")
    assert await address_of(session, user) == NEW


async def test_re14_superusers_change_cannot_be_undone(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    user = await create_user(session, email=EMAIL)
    _, superuser = await signed_in_superuser(session)
    await client.patch(f"{V1}/users/{user.id}", headers=superuser, json={"email": NEW})
    await run_jobs()
    assert recipients(mails) == [EMAIL]
    assert "#token=" not in mails()[0].body("plain") + mails()[0].body("html")


@pytest.mark.parametrize("kind", ["confirm", "undo"])
async def test_re14_of_two_concurrent_uses_one_wins(
    live: AsyncClient, mails: Mails, run_jobs: RunJobs, kind: str
) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session, email=EMAIL)
        await session.commit()
        if kind == "confirm":
            token = await confirmation_token(session, user, NEW)
        else:
            token = await undo_token(live, session, user, mails, run_jobs)
    use = confirm_email if kind == "confirm" else undo
    assert await run_both(user, use(live, token), use(live, token)) == [200, 400]


async def test_re14_reset_wins_over_a_confirmation(live: AsyncClient, mails: Mails, run_jobs: RunJobs) -> None:
    """In either order: the reset is refused because its address has changed, or the confirmation is."""
    async with db.WriteSession() as session:
        user = await create_user(session, email=EMAIL)
        await session.commit()
        token = await confirmation_token(session, user, NEW)
    await live.post(f"{V1}/password-recovery/{EMAIL}")
    await run_jobs()
    reset = reset_token(mails()[0])
    statuses = [
        each.status_code for each in await asyncio.gather(confirm_email(live, token), reset_password(live, reset))
    ]
    assert sorted(statuses) == [200, 400]


@pytest.mark.parametrize("action", ["confirm", "undo"])
async def test_re14_opening_a_link_changes_nothing(client: AsyncClient, action: str) -> None:
    assert (await client.get(f"{EMAIL_ME}/{action}")).status_code == 405
