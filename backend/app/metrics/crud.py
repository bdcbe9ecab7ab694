"""Jobs and mails, counted in the database: all processes share them, and the worker needs no port.

Each query reads an index of what is unfinished, or a bounded number of the newest rows.
"""

from sqlalchemy import bindparam, column, text

from app.core.database.statements import AutocommitSession, Statement
from app.metrics.models import ActiveJobs, EndedJobs, Mails, Work

MINUTES = 5
"""Ended jobs are counted for so long."""
MAX_EVENTS = 10_000
"""At most so many of the newest events of jobs are read."""

_ACTIVE_JOBS = """
    SELECT queue_name, CASE status WHEN 'todo' THEN 'waiting' ELSE 'running' END, count(*), coalesce(max(
        extract(epoch FROM now() - coalesce(scheduled_at, (args ->> 'enqueued_at')::timestamptz))
    ), 0)::float
    FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND coalesce(scheduled_at, now()) <= now()
    GROUP BY queue_name, status ORDER BY 1, 2
"""
_ENDED_JOBS = """
    WITH recent AS (SELECT * FROM procrastinate_events ORDER BY id DESC LIMIT :events),
    ended AS (
        SELECT recent.job_id, type, extract(epoch FROM at - (
            SELECT max(started.at) FROM procrastinate_events AS started
            WHERE started.job_id = recent.job_id AND started.type = 'started' AND started.id < recent.id
        ))::float AS seconds
        FROM recent
        WHERE at > now() - make_interval(mins => :minutes) AND type IN ('succeeded', 'failed', 'deferred_for_retry')
    )
    SELECT task_name, CASE type WHEN 'deferred_for_retry' THEN 'retried' ELSE type::text END, count(*),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)
    FROM ended JOIN procrastinate_jobs ON procrastinate_jobs.id = ended.job_id
    WHERE seconds IS NOT NULL
    GROUP BY task_name, type ORDER BY 1, 2
"""
_MAILS = """
    SELECT state, count(*) FROM mails WHERE state = 'queued' GROUP BY state
    UNION ALL
    SELECT state, count(*) FROM mails
    WHERE created_at > now() - make_interval(mins => :minutes) AND state <> 'queued' GROUP BY state
"""


def _statement(query: str, fields: tuple[str, ...], **values: int) -> Statement:
    bound = text(query).bindparams(*(bindparam(name, value) for name, value in values.items()))
    return Statement(bound.columns(*map(column, fields)), lane="slow")


_statements = (
    _statement(_ACTIVE_JOBS, ActiveJobs._fields),
    _statement(_ENDED_JOBS, EndedJobs._fields, events=MAX_EVENTS, minutes=MINUTES),
    _statement(_MAILS, Mails._fields, minutes=60),
)


async def read_work(*, session: AutocommitSession) -> Work:
    active, ended, mails = [await session.records(statement, {}) for statement in _statements]
    return Work(
        [ActiveJobs(*row) for row in active], [EndedJobs(*row) for row in ended], [Mails(*row) for row in mails]
    )
