"""Whether jobs and mails get done: living workers, due jobs that wait, jobs of dead workers, and recent failures."""

from typing import NamedTuple

from sqlalchemy import bindparam, column, text

from app.core.database.statements import AutocommitSession, Statement

ALIVE_SECONDS = 60
"""Workers send a heartbeat every 10 s, and count as killed after 30."""
FAILURE_DAYS = 2
"""A mail that fails is retried for a day before."""


class Condition(NamedTuple):
    workers: int
    """Worker processes with a heartbeat, each counted once for each of its queues."""
    waiting: int
    """Jobs that are due."""
    waiting_seconds: float
    """How long the first of them has been due."""
    stalled: int
    """Jobs that a dead worker left running."""
    failed_jobs: int
    failed_mails: int
    queued_mails_seconds: float
    """Age of the oldest mail that was not sent."""


# By the clock of the database, which wrote the heartbeats.
_CONDITION = """
    WITH alive AS (
        SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :alive_seconds)
    ), due AS (
        SELECT extract(epoch FROM now() - coalesce(scheduled_at, (args ->> 'enqueued_at')::timestamptz))::float8 AS age
        FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    ), failed AS (
        SELECT FROM procrastinate_jobs AS job WHERE status = 'failed' AND EXISTS (
            SELECT FROM procrastinate_events
            WHERE job_id = job.id AND type = 'failed' AND at > now() - make_interval(days => :failure_days)
        )
    )
    SELECT
        (SELECT count(*) FROM alive),
        (SELECT count(*) FROM due),
        (SELECT greatest(0, max(age)) FROM due),
        (SELECT count(*) FROM procrastinate_jobs
         WHERE status = 'doing' AND (worker_id IS NULL OR worker_id NOT IN (SELECT id FROM alive))),
        (SELECT count(*) FROM failed),
        (SELECT count(*) FROM mails
         WHERE state = 'failed' AND created_at > now() - make_interval(days => :failure_days)),
        (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 FROM mails WHERE state = 'queued')
"""
_STATEMENT = Statement(
    text(_CONDITION)
    .bindparams(bindparam("alive_seconds", ALIVE_SECONDS), bindparam("failure_days", FAILURE_DAYS))
    .columns(*map(column, Condition._fields)),
    lane="slow",
)


async def read_condition(session: AutocommitSession) -> Condition:
    [record] = await session.records(_STATEMENT, {})
    return Condition(*record)
