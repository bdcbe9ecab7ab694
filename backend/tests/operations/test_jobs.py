"""Superusers list, retry and cancel jobs; secrets are masked (OP-11)."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.jobs import GiveUp, Job, enqueue, job
from app.core.logging import current_request_id
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.fixtures import RunJobs

JOBS = "/api/v1/operations/jobs/"
REQUEST_ID = "the-request-of-this-test"

outcomes: list[Exception | None] = []


@job(queue="errands", unique="{note}")
async def do_errand(*, note: str, token: str = "") -> None:
    if error := outcomes.pop(0):
        raise error


@pytest.fixture(autouse=True)
def no_outcomes() -> None:
    outcomes.clear()


async def headers_of_superuser(session: AsyncSession) -> dict[str, str]:
    _, headers = await signed_in_superuser(session)
    return headers


async def queued(session: AsyncSession, task: Job[Any] = do_errand, **arguments: Any) -> str:
    """Enqueue a job, and return its id."""
    context = current_request_id.set(REQUEST_ID)
    await enqueue(session, task, **arguments)
    current_request_id.reset(context)
    await session.commit()
    connection = await session.connection()
    return str((await connection.execute(text("SELECT max(id) FROM procrastinate_jobs"))).scalar_one())


async def test_list_shows_what_waits(client: AsyncClient, session: AsyncSession) -> None:
    headers, before = await headers_of_superuser(session), utc_now()
    job_id = await queued(session, note="bread")
    page = (await client.get(JOBS, headers=headers)).json()
    assert page["count"] == 1
    [row] = page["data"]
    created_at = row.pop("created_at")
    assert before.isoformat()[:19] <= created_at[:19] <= utc_now().isoformat()[:19]
    assert row == {
        "id": job_id,
        "name": "operations.do_errand",
        "queue": "errands",
        "state": "waiting",
        "priority": 0,
        "attempts": 0,
        "next_run_at": None,
        "request_id": REQUEST_ID,
        "last_error": None,
    }


async def test_filters_select_jobs(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    headers = await headers_of_superuser(session)
    outcomes[:] = [GiveUp("on purpose")]
    failed = await queued(session, note="bread")
    await run_jobs()
    waiting = await queued(session, note="milk")
    for params, expected in (
        ({"state": "failed"}, [failed]),
        ({"state": "waiting"}, [waiting]),
        ({"state": "running"}, []),
        ({"queue": "errands"}, [waiting, failed]),
        ({"queue": "default"}, []),
        ({"name": "operations.do_errand", "state": "failed"}, [failed]),
        ({"request_id": REQUEST_ID, "sort": "created_at"}, [failed, waiting]),
        ({"request_id": "another-request"}, []),
        ({"q": "ERRAND"}, [waiting, failed]),
    ):
        page = (await client.get(JOBS, headers=headers, params=params)).json()
        assert [row["id"] for row in page["data"]] == expected, params


async def test_op11_job_shows_its_error_masked(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    headers = await headers_of_superuser(session)
    outcomes[:] = [GiveUp("No reply of ada@example.com, token=tK9s, " + "x" * 43 + ", twice\x00")]
    job_id = await queued(session, note="write to ada@example.com", token="tK9s")
    await run_jobs()
    response = await client.get(f"{JOBS}{job_id}", headers=headers)
    found = response.json()
    assert found["state"] == "failed"
    assert found["last_error"].startswith("GiveUp('No reply of *, token=***, ***, twice")
    assert found["arguments"] == {"note": "write to *", "token": "***"}
    assert [event["event"] for event in found["events"]] == ["enqueued", "started", "failed"]
    assert not {secret for secret in ("tK9s", "ada@example.com", "x" * 43) if secret in response.text}


async def test_failed_job_runs_again(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    headers = await headers_of_superuser(session)
    outcomes[:] = [GiveUp("on purpose"), None]
    job_id = await queued(session, note="bread")
    await run_jobs()
    response = await client.post(f"{JOBS}{job_id}/retry", headers=headers)
    assert response.json() == {"message": "The job runs again"}
    await run_jobs()
    found = (await client.get(f"{JOBS}{job_id}", headers=headers)).json()
    assert (found["state"], found["attempts"], outcomes) == ("succeeded", 2, [])
    assert problem(await client.post(f"{JOBS}{job_id}/retry", headers=headers)) == (409, "CONF_001")


async def test_retry_waits_for_no_equal_job(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    headers = await headers_of_superuser(session)
    outcomes[:] = [GiveUp("on purpose")]
    job_id = await queued(session, note="bread")
    await run_jobs()
    await queued(session, note="bread")
    assert problem(await client.post(f"{JOBS}{job_id}/retry", headers=headers)) == (409, "CONF_001")


async def test_cancelled_job_does_not_run(client: AsyncClient, session: AsyncSession, run_jobs: RunJobs) -> None:
    headers = await headers_of_superuser(session)
    job_id = await queued(session, note="bread")
    response = await client.post(f"{JOBS}{job_id}/cancel", headers=headers)
    assert response.json() == {"message": "The job was cancelled"}
    await run_jobs()  # it would find no outcome
    assert (await client.get(f"{JOBS}{job_id}", headers=headers)).json()["state"] == "cancelled"
    assert problem(await client.post(f"{JOBS}{job_id}/cancel", headers=headers)) == (409, "CONF_001")


async def test_op11_only_superusers_see_jobs(client: AsyncClient, session: AsyncSession) -> None:
    job_id = await queued(session, note="bread")
    _, headers = await signed_in_user(session)
    for method, path in (("GET", ""), ("GET", job_id), ("POST", f"{job_id}/retry"), ("POST", f"{job_id}/cancel")):
        assert problem(await client.request(method, f"{JOBS}{path}")) == (401, "AUTH_001")
        assert problem(await client.request(method, f"{JOBS}{path}", headers=headers)) == (403, "AUTH_002")


async def test_unknown_jobs_and_states_are_refused(client: AsyncClient, session: AsyncSession) -> None:
    headers = await headers_of_superuser(session)
    assert problem(await client.get(f"{JOBS}9999", headers=headers)) == (404, "NOT_001")
    for path in ("0", "9" * 19, "one"):
        assert problem(await client.get(f"{JOBS}{path}", headers=headers)) == (422, "VAL_001")
    response = await client.get(JOBS, headers=headers, params={"state": "todo"})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["state"])
