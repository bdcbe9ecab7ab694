"""The doctor reports a missing worker, and jobs and mails that wait, stall or fail."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.session import autocommit_session
from app.core.jobs.condition import Condition, read_condition
from app.doctor.jobs import check_jobs, judge_jobs
from tests.core.outbox import queue

FINE = Condition(2, 0, 0, 0, 0, 0, 0)


async def execute(session: AsyncSession, statement: str, **values: object) -> None:
    await (await session.connection()).execute(text(statement), values)
    await session.commit()


async def heartbeat(session: AsyncSession, *, seconds_ago: float) -> None:
    statement = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => :seconds))"
    await execute(session, statement, seconds=seconds_ago)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (FINE, []),
        (FINE._replace(waiting=9, waiting_seconds=200), []),
        (FINE._replace(workers=0), [("worker-missing", "warning")]),
        (FINE._replace(workers=0, waiting=1, waiting_seconds=900, stalled=1), [("worker-missing", "failed")]),
        (FINE._replace(waiting=9, waiting_seconds=301), [("jobs-waiting", "warning")]),
        (FINE._replace(stalled=1), [("jobs-stalled", "warning")]),
        (FINE._replace(failed_jobs=1), [("jobs-failed", "warning")]),
        (FINE._replace(failed_mails=1), [("mails-failed", "warning")]),
        (FINE._replace(queued_mails_seconds=901), [("mails-waiting", "warning")]),
    ],
)
def test_condition_of_the_queue_is_rated(condition: Condition, expected: list[tuple[str, str]]) -> None:
    assert [(each.code, each.state) for each in judge_jobs(condition)] == expected


async def test_heartbeat_of_a_minute_counts(client: AsyncClient, session: AsyncSession) -> None:
    before = (await read_condition(autocommit_session)).workers
    await heartbeat(session, seconds_ago=5)
    await heartbeat(session, seconds_ago=300)
    assert (await read_condition(autocommit_session)).workers == before + 1


async def test_due_jobs_and_queued_mails_count(client: AsyncClient, session: AsyncSession) -> None:
    for address in ("ada@example.com", "grace@example.com"):
        await queue(session, address=address)
    await execute(session, "UPDATE mails SET created_at = now() - interval '400 s' WHERE address = 'ada@example.com'")
    await execute(
        session,
        "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' "
        "WHERE id = (SELECT max(id) FROM procrastinate_jobs)",
    )
    condition = await read_condition(autocommit_session)
    assert (condition.waiting, condition.waiting_seconds, condition.queued_mails_seconds) == (1, 0, 400)


async def test_jobs_of_dead_workers_are_stalled(client: AsyncClient, session: AsyncSession) -> None:
    for address in ("ada@example.com", "grace@example.com"):
        await queue(session, address=address)
    take = text(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers) "
        "WHERE id IN (SELECT id FROM procrastinate_jobs ORDER BY id LIMIT :count)"
    )
    await heartbeat(session, seconds_ago=5)
    await (await session.connection()).execute(take, {"count": 2})
    await heartbeat(session, seconds_ago=300)
    await (await session.connection()).execute(take, {"count": 1})
    condition = await read_condition(autocommit_session)
    assert (condition.waiting, condition.stalled) == (0, 1)


async def test_failures_of_two_days_count(client: AsyncClient, session: AsyncSession) -> None:
    for address in ("ada@example.com", "grace@example.com"):
        await queue(session, address=address)
    await execute(session, "UPDATE mails SET state = 'failed'")
    await execute(session, "UPDATE mails SET created_at = now() - interval '3 days' WHERE address = 'ada@example.com'")
    await execute(session, "UPDATE procrastinate_jobs SET status = 'doing'")
    await execute(session, "UPDATE procrastinate_jobs SET status = 'failed'")
    await execute(
        session,
        "UPDATE procrastinate_events SET at = now() - interval '3 days' "
        "WHERE job_id = (SELECT max(id) FROM procrastinate_jobs)",
    )
    condition = await read_condition(autocommit_session)
    assert (condition.failed_mails, condition.failed_jobs) == (1, 1)


async def test_living_worker_without_work_is_ok(client: AsyncClient, session: AsyncSession) -> None:
    await heartbeat(session, seconds_ago=0)
    [finding] = await check_jobs()
    assert (finding.code, finding.state, finding.fix) == ("jobs", "ok", "")
