"""Writes and deletes jobs. The API imports only this part, so it does not load procrastinate."""

import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.jobs.definitions import Job, P
from app.core.logging import current_request_id

MAX_ARGUMENTS = 8 * 1024
"""Characters of the arguments as JSON."""

# Not the function procrastinate_defer_jobs_v1: its unique violation would need a savepoint.
_ENQUEUE = text("""
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args)
    VALUES (:queue, :name, :priority, :lock, CAST(:args AS jsonb))
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
""")
_HASTEN = text(
    "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND queueing_lock = ANY(:locks)"
)
_DELETE_FINISHED = text("""
    DELETE FROM procrastinate_jobs WHERE status::text = ANY(:states) AND id IN (
        SELECT job_id FROM procrastinate_events
        WHERE type::text = ANY(:states) AND at < :before ORDER BY id LIMIT :limit
    )
""")
_KEPT = {("succeeded", "cancelled", "aborted"): timedelta(days=7), ("failed",): timedelta(days=30)}
BATCH = 1_000


async def enqueue(session: AsyncSession, job: Job[P], *_: P.args, **arguments: P.kwargs) -> None:
    """Write a job in the session's transaction, with one statement. It runs after the commit.

    Pass ids and small values, and no personal data that the database already holds. Nothing is written if an equal
    `unique` job waits. Raises `TypeError` for an argument that JSON cannot hold, `ValueError` for too long ones.
    """
    request_id = current_request_id.get() or secrets.token_hex(16)  # a command has none
    args = {"arguments": arguments, "request_id": request_id, "enqueued_at": utc_now().isoformat()}
    encoded = json.dumps(args)
    if len(encoded) > MAX_ARGUMENTS:
        raise ValueError(f"The arguments of the job {job.name} are longer than {MAX_ARGUMENTS} characters.")
    connection = await session.connection()
    values = {"queue": job.queue, "name": job.name, "priority": job.priority, "lock": job.lock(arguments)}
    await connection.execute(_ENQUEUE, {**values, "args": encoded})


async def hasten(session: AsyncSession, job: Job[P], arguments: Iterable[dict[str, Any]]) -> None:
    """Run the waiting jobs with these arguments now, which are to be retried later. The job needs `unique`."""
    connection = await session.connection()
    await connection.execute(_HASTEN, {"locks": [job.lock(each) for each in arguments]})


async def delete_finished(session: AsyncSession) -> bool:
    """Delete a batch of old jobs: after 7 days, failed ones after 30. Return whether there can be more."""
    connection = await session.connection()
    deleted = 0
    for states, age in _KEPT.items():
        values = {"states": list(states), "before": utc_now() - age, "limit": BATCH}
        deleted = max(deleted, (await connection.execute(_DELETE_FINISHED, values)).rowcount)
    return deleted == BATCH
