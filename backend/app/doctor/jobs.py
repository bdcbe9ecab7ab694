"""Checks of the worker: one is alive, due jobs do not wait, and few jobs and mails fail."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg

from app.core.database.session import autocommit_session
from app.core.jobs.condition import FAILURE_DAYS, Condition, read_condition
from app.doctor.models import Finding

LONG_WAIT = timedelta(minutes=5)
LONG_WAIT_OF_MAILS = timedelta(minutes=15)
_LOG = "docker compose logs worker"


async def check_jobs() -> list[Finding]:
    try:
        condition = await read_condition(autocommit_session)
    except psycopg.Error:
        detail = "Unknown, because the database cannot be read."
        return [Finding(code="jobs", state="skipped", title="Jobs", detail=detail)]
    findings = list(judge_jobs(condition))
    if not findings:
        detail = f"A worker is alive, {condition.waiting} jobs wait, none has failed in {FAILURE_DAYS} days."
        return [Finding(code="jobs", state="ok", title="Jobs", detail=detail)]
    return findings


def judge_jobs(condition: Condition) -> Iterator[Finding]:
    if condition.workers == 0:
        yield _no_worker(condition)
    elif condition.stalled:
        yield Finding(
            code="jobs-stalled",
            state="warning",
            title="Jobs of a dead worker",
            detail=f"{condition.stalled} jobs belong to a worker that sends no heartbeat.",
            fix=f"They run again within a minute. If this stays, read {_LOG}.",
        )
    if condition.workers and condition.waiting_seconds > LONG_WAIT.total_seconds():
        yield Finding(
            code="jobs-waiting",
            state="warning",
            title="Jobs wait long",
            detail=f"{condition.waiting} jobs are due, the first for {_minutes(condition.waiting_seconds)}.",
            fix="Raise WORKER_CONCURRENCY, or run more workers: docker compose up --detach --scale worker=2. "
            f"{_LOG} shows which jobs take long.",
        )
    if condition.failed_jobs:
        yield Finding(
            code="jobs-failed",
            state="warning",
            title="Jobs have failed",
            detail=f"{condition.failed_jobs} jobs have failed for good in {FAILURE_DAYS} days.",
            fix=f"{_LOG} has their errors, at the event job_failed.",
        )
    yield from _judge_mails(condition)


def _no_worker(condition: Condition) -> Finding:
    return Finding(
        code="worker-missing",
        state="failed" if condition.waiting else "warning",
        title="No worker is running",
        detail=f"No worker has sent a heartbeat for a minute, and {condition.waiting} jobs wait. No mail is sent.",
        fix=f"Run docker compose up --detach worker, then read {_LOG}. Without Compose: python -m app.worker.",
    )


def _judge_mails(condition: Condition) -> Iterator[Finding]:
    if condition.failed_mails:
        yield Finding(
            code="mails-failed",
            state="warning",
            title="Mails have failed",
            detail=f"{condition.failed_mails} mails of the last {FAILURE_DAYS} days were refused or not accepted.",
            fix="The column last_error of the table mails has the words of the mail server.",
        )
    if condition.queued_mails_seconds > LONG_WAIT_OF_MAILS.total_seconds():
        yield Finding(
            code="mails-waiting",
            state="warning",
            title="Mails wait",
            detail=f"The oldest mail has not been accepted for {_minutes(condition.queued_mails_seconds)}.",
            fix="The column last_error of the table mails has the reason. Mails are retried for a day.",
        )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes"
