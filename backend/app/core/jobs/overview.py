"""The jobs as rows, for people who look at the queue. The columns of procrastinate do not leave this package."""

import re
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.logging import redact

JobState = Literal["waiting", "running", "succeeded", "failed", "cancelled", "aborted"]
"""`aborted`: an equal job was waiting when this one was to be retried."""

MAX_ERROR = 500
MAX_EVENTS = 100

_jobs = Table("procrastinate_jobs", MetaData(), Column("id", BigInteger, primary_key=True))
JOB_ID = _jobs.c.id
NAME = literal_column("procrastinate_jobs.task_name", Text)
QUEUE = literal_column("procrastinate_jobs.queue_name", Text)
# As in the migration that indexes it. A periodic job has no request, so its tick identifies what it caused.
REQUEST_ID = literal_column(
    "coalesce(procrastinate_jobs.args ->> 'request_id', "
    "procrastinate_jobs.task_name || '-' || (procrastinate_jobs.args ->> 'timestamp'))",
    Text,
)
_STATE = """
    CASE procrastinate_jobs.status WHEN 'todo' THEN 'waiting' WHEN 'doing' THEN 'running'
    ELSE procrastinate_jobs.status::text END"""
_CREATED_AT = """
    coalesce((procrastinate_jobs.args ->> 'enqueued_at')::timestamptz,
    to_timestamp((procrastinate_jobs.args ->> 'timestamp')::float8))"""
_NEXT_RUN_AT = "CASE procrastinate_jobs.status WHEN 'todo' THEN procrastinate_jobs.scheduled_at END"

JOB_COLUMNS: list[Any] = [
    cast(JOB_ID, Text).label("id"),
    NAME.label("name"),
    QUEUE.label("queue"),
    literal_column(_STATE, Text).label("state"),
    literal_column("procrastinate_jobs.priority", Integer).label("priority"),
    literal_column("procrastinate_jobs.attempts", Integer).label("attempts"),
    literal_column(_CREATED_AT, DateTime(timezone=True)).label("created_at"),
    literal_column(_NEXT_RUN_AT, DateTime(timezone=True)).label("next_run_at"),
    REQUEST_ID.label("request_id"),
    literal_column("procrastinate_jobs.args ->> 'last_error'", Text).label("last_error"),
]
ARGUMENTS = literal_column("coalesce(procrastinate_jobs.args -> 'arguments', '{}')", JSONB).label("arguments")
# The constant is converted and the column is not, so that the index of states serves.
HAS_STATE = text("""
    procrastinate_jobs.status = CAST(CASE CAST(:state AS text) WHEN 'waiting' THEN 'todo' WHEN 'running' THEN 'doing'
    ELSE CAST(:state AS text) END AS procrastinate_job_status)
""").bindparams(bindparam("state", type_=Text))

_EVENT = """
    CASE procrastinate_events.type WHEN 'deferred' THEN 'enqueued' WHEN 'deferred_for_retry' THEN 'waits for retry'
    ELSE procrastinate_events.type::text END"""
_events = Table("procrastinate_events", MetaData(), Column("id", BigInteger, primary_key=True))
EVENT_ID = _events.c.id
EVENT_JOB_ID = literal_column("procrastinate_events.job_id", BigInteger)
EVENT_COLUMNS: list[Any] = [
    literal_column("procrastinate_events.at", DateTime(timezone=True)).label("at"),
    literal_column(_EVENT, Text).label("event"),
]
IS_PAST: Any = literal_column("procrastinate_events.type <> 'scheduled'")
"""Events of type `scheduled` have the time of the next run."""

# `retried_at` replaces the time of `enqueue` for `retry_for`, so that the job gets all of its retries again.
_REQUEUE = text("""
    UPDATE procrastinate_jobs AS job
    SET status = 'todo', scheduled_at = NULL,
        args = args || jsonb_build_object('retried_at', CAST(:retried_at AS text))
    WHERE id = :id AND status IN ('failed', 'cancelled', 'aborted') AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS other WHERE other.status = 'todo' AND other.queueing_lock = job.queueing_lock
    )
    RETURNING task_name, args -> 'arguments'
""")
_CANCEL = text("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = :id AND status = 'todo'")
_RECORD_ERROR = text("""
    UPDATE procrastinate_jobs SET args = args || jsonb_build_object('last_error', CAST(:error AS text)) WHERE id = :id
""")
# A JWT, what follows a telling name, or an opaque word that is longer than a UUID.
_SECRET = re.compile(
    r"eyJ[\w-]+(?:\.[\w-]+)+"
    r"|(?P<name>\b\w*(?:token|password|secret|api_?key)['\"]?\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|[^\s'\",;&)}]+)"
    r"|\b[\w-]{40,}",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(r"token|password|secret|api_?key|cookie|code|link", re.IGNORECASE)
MASK = "***"


async def requeue(session: AsyncSession, job_id: int) -> tuple[str, dict[str, Any]] | None:
    """Run a job again that has ended without success, and return its name and arguments.

    Return None if it has not ended so, or if an equal job waits.
    """
    connection = await session.connection()
    values = {"id": job_id, "retried_at": utc_now().isoformat()}
    row = (await connection.execute(_REQUEUE, values)).first()
    return None if row is None else (row[0], row[1] or {})


async def cancel(session: AsyncSession, job_id: int) -> bool:
    """Cancel a waiting job. Return False if it does not wait."""
    connection = await session.connection()
    return (await connection.execute(_CANCEL, {"id": job_id})).rowcount == 1


async def record_error(job_id: int, error: BaseException) -> None:
    """Store the error of a run with its job. procrastinate keeps none."""
    async with transaction() as session:
        connection = await session.connection()
        await connection.execute(_RECORD_ERROR, {"id": job_id, "error": mask_text(repr(error))[:MAX_ERROR]})


def mask_text(message: str) -> str:
    """Replace secrets, email addresses and values of rows in a text."""
    printable = message.encode("utf-8", "replace").decode().replace("\0", "")
    hidden = _SECRET.sub(lambda found: f"{found['name'] or ''}{MASK}", printable)
    return str(redact(hidden))


def mask_arguments(arguments: Any) -> Any:
    """Replace the values of arguments whose names are those of secrets, and secrets in the others."""
    match arguments:
        case dict():
            return {
                name: MASK if _SECRET_NAME.search(name) and isinstance(value, str) else mask_arguments(value)
                for name, value in arguments.items()
            }
        case list():
            return [mask_arguments(each) for each in arguments]
        case str():
            return mask_text(arguments)
    return arguments
