"""Superusers list mails, without their bodies (OP-11), send them again, and read the story of a request."""

import uuid
from collections.abc import Callable

from httpx2 import AsyncClient
from sqlalchemy import select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.jobs import overview
from scripts.local.mailstore import Mail as Arrived
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.core.outbox import ADDRESS, queue
from tests.fixtures import RunJobs
from tests.users.factories import create_user

MAILS = "/api/v1/operations/mails/"
JOBS = "/api/v1/operations/jobs/"
STORIES = "/api/v1/operations/requests/"


async def test_list_shows_typed_and_account_addresses(client: AsyncClient, session: AsyncSession) -> None:
    admin, headers = await signed_in_superuser(session)
    await queue(session)
    await queue(session, address=None, recipient_id=admin.id)
    page = (await client.get(MAILS, headers=headers)).json()
    assert [(row["recipient"], row["state"]) for row in page["data"]] == [(admin.email, "queued"), (ADDRESS, "queued")]
    found = (await client.get(f"{MAILS}{page['data'][1]['id']}", headers=headers)).json()
    assert found == page["data"][1]


async def test_filters_select_mails(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    _, headers = await signed_in_superuser(session)
    sent = await queue(session)
    await run_jobs()
    queued = await queue(session, address="grace@example.com")
    for params, expected in (
        ({"state": "sent"}, [sent]),
        ({"state": "queued"}, [queued]),
        ({"template": "system.test_mail"}, [queued, sent]),
        ({"template": "auth.welcome"}, []),
        ({"q": "GRACE@"}, [queued]),
        ({"request_id": "another-request"}, []),
    ):
        page = (await client.get(MAILS, headers=headers, params=params)).json()
        assert [row["id"] for row in page["data"]] == [str(mail.id) for mail in expected], params


async def test_sent_mail_is_sent_again(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs, mails: Callable[[], list[Arrived]]
) -> None:
    _, headers = await signed_in_superuser(session)
    mail = await queue(session)
    await run_jobs()
    response = await client.post(f"{MAILS}{mail.id}/resend", headers=headers)
    assert response.json() == {"message": "The mail is queued again"}
    assert problem(await client.post(f"{MAILS}{mail.id}/resend", headers=headers)) == (409, "CONF_001")
    await run_jobs()
    first, second = mails()
    assert first.summary["MessageID"] != second.summary["MessageID"]
    found = (await client.get(f"{MAILS}{mail.id}", headers=headers)).json()
    assert (found["state"], found["attempts"]) == ("sent", 2)


async def test_retried_job_sends_a_failed_mail(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs, mails: Callable[[], list[Arrived]]
) -> None:
    _, headers = await signed_in_superuser(session)
    mail = await queue(session)
    mail.state, mail.last_error = "failed", "550 no such user"
    await session.commit()
    await run_jobs()
    [row] = (await client.get(JOBS, headers=headers, params={"state": "failed"})).json()["data"]
    assert row["last_error"] == "GiveUp('550 no such user')"
    assert (await client.post(f"{JOBS}{row['id']}/retry", headers=headers)).status_code == 200
    await run_jobs()
    assert len(mails()) == 1


async def test_op11_only_superusers_see_mails(client: AsyncClient, session: AsyncSession) -> None:
    mail = await queue(session)
    _, headers = await signed_in_user(session)
    for method, path in (
        ("GET", MAILS),
        ("GET", f"{MAILS}{mail.id}"),
        ("POST", f"{MAILS}{mail.id}/resend"),
        ("GET", f"{STORIES}some-request"),
    ):
        assert problem(await client.request(method, path)) == (401, "AUTH_001")
        assert problem(await client.request(method, path, headers=headers)) == (403, "AUTH_002")


async def test_unknown_mails_are_not_found(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    path = f"{MAILS}{uuid.uuid4()}"
    assert problem(await client.get(path, headers=headers)) == (404, "NOT_001")
    assert problem(await client.post(f"{path}/resend", headers=headers)) == (404, "NOT_001")


async def test_story_has_jobs_and_mails_in_order(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    _, headers = await signed_in_superuser(session)
    user = await create_user(session)
    response = await client.post(f"/api/v1/password-recovery/{user.email}")
    request_id = response.headers["x-correlation-id"]
    await run_jobs()
    story = (await client.get(f"{STORIES}{request_id}", headers=headers)).json()
    assert story["request_id"] == request_id
    events = [(event["kind"], event["title"], event["event"]) for event in story["events"]]
    subject = "Workbench - Password recovery"
    assert ("mail", subject, "queued") in events
    assert ("mail", subject, "sent") in events
    assert [event for kind, title, event in events if (kind, title) == ("job", "mail.send_mail")] == [
        "enqueued",
        "started",
        "succeeded",
    ]
    times = [event["at"] for event in story["events"]]
    assert times == sorted(times)


async def test_story_of_an_unknown_request_is_empty(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    assert (await client.get(f"{STORIES}unknown-request", headers=headers)).json()["events"] == []
    assert problem(await client.get(f"{STORIES}short", headers=headers)) == (422, "VAL_001")


async def test_stories_are_found_by_an_index(session: AsyncSession) -> None:
    connection = await session.connection()
    await connection.execute(text("SET LOCAL enable_seqscan = off"))
    found = select(overview.JOB_ID).where(overview.REQUEST_ID == "some-request")
    sql = found.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    plan = await connection.execute(text(f"EXPLAIN {sql}"))
    assert "ix_procrastinate_jobs_request_id" in "\n".join(plan.scalars())
