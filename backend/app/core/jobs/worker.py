"""Runs the jobs. Only `app.worker` imports this."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, JobRetry, UniqueViolation
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from psycopg_pool import AsyncConnectionPool
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_fixed

from app.core.clock import utc_now
from app.core.database.connection import has_ended
from app.core.database.engine import ENGINE_OPTIONS
from app.core.jobs.definitions import GiveUp, Job, registered
from app.core.jobs.overview import record_error
from app.core.logging import current_request_id
from app.core.settings import settings

logger = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 30.0
"""Without a heartbeat for this long, a worker counts as killed, and its jobs run again."""
SHUTDOWN_SECONDS = 20.0
POOL_SIZE = 4
"""Connections that fetch jobs and record their results. Jobs have those of the application."""
RECORD_SECONDS = 5.0
RESTART_SECONDS = 1.0
POLL_SECONDS = 5.0
"""New jobs notify the workers. Retries are only found by polling."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)


def retry_at(job: Job[Any], *, enqueued_at: datetime, attempts: int) -> datetime | None:
    """Return the time of the next attempt, or None if the job has failed. The waits double, give or take a quarter."""
    wait = min(FIRST_WAIT * 2 ** min(attempts, 20), LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311
    moment = utc_now() + wait
    return moment if moment <= enqueued_at + job.retry_for else None


def enqueued_at(args: dict[str, Any]) -> datetime:
    """Return when the job was enqueued or retried by hand, or the tick of a periodic job. Without any, it is old."""
    if "retried_at" in args:
        return datetime.fromisoformat(args["retried_at"])
    if "timestamp" in args:
        return datetime.fromtimestamp(args["timestamp"], UTC)
    return datetime.fromisoformat(args.get("enqueued_at", "1970-01-01T00:00:00Z"))


async def run(job: Job[Any], args: dict[str, Any], *, attempts: int = 0, job_id: int | None = None) -> None:
    """Run a job once. Raises `JobRetry` if it is to be retried, and the job's error if it has failed."""
    started = time.perf_counter()
    # A periodic job has no request, so its tick identifies the run.
    context = current_request_id.set(args.get("request_id") or f"{job.name}-{args.get('timestamp')}")
    with structlog.contextvars.bound_contextvars(job=job.name, job_id=job_id):
        try:
            async with asyncio.timeout(job.timeout.total_seconds()):
                await job.run(**args.get("arguments", {}))
            # Some periodic jobs run every few seconds.
            log = logger.debug if job.every else logger.info
            log("job_succeeded", duration_ms=round((time.perf_counter() - started) * 1000, 1))
        except Exception as error:
            await _record_error(job_id, error)
            moment = None
            if not isinstance(error, GiveUp):
                moment = retry_at(job, enqueued_at=enqueued_at(args), attempts=attempts)
            if moment is None:
                logger.error("job_failed", attempts=attempts + 1, error=repr(error), exc_info=error)
                _report(error, job)
                raise
            logger.warning("job_retried", attempts=attempts + 1, error=repr(error), retry_at=moment.isoformat())
            raise JobRetry(RetryDecision(retry_at=moment)) from error
        finally:
            current_request_id.reset(context)


async def _record_error(job_id: int | None, error: Exception) -> None:
    if job_id is None:
        return
    try:
        async with asyncio.timeout(RECORD_SECONDS):
            await record_error(job_id, error)
    except Exception as reason:  # noqa: BLE001 - such as the lost database that also ended the job
        logger.warning("job_error_not_recorded", error=repr(reason))


def _report(error: Exception, job: Job[Any]) -> None:
    if settings.SENTRY_DSN:
        import sentry_sdk

        with sentry_sdk.new_scope() as scope:
            scope.set_tag("job", job.name)
            scope.set_tag("request_id", current_request_id.get())
            scope.capture_exception(error)


class _Decided(BaseRetryStrategy):
    """Leaves the decision to `run`."""

    def get_retry_exception(self, exception: BaseException, job: QueuedJob) -> JobRetry | None:
        return exception if isinstance(exception, JobRetry) else None


class _Tasks(dict[str, Any]):
    """Procrastinate's tasks. It would fail a job that it does not know, such as one that a newer release enqueued."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name) or self[unknown.name]


async def _unknown() -> None:
    raise LookupError("This release does not have the job")


unknown = Job(_unknown, "worker.unknown", "default", 0, timedelta(seconds=1), timedelta(days=1), None, None)


def _task(job: Job[Any]) -> Any:
    async def run_task(context: JobContext, **args: Any) -> None:
        try:
            if job is unknown:
                args["arguments"] = {}
            await run(job, args, attempts=context.job.attempts, job_id=context.job.id)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.SHUTDOWN:
                raise JobRetry(RetryDecision()) from None  # hand it back
            raise

    return run_task


class _Manager(JobManager):
    """Records the end of a job also if the database is away. Otherwise the job would stay `doing` forever."""

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        await _until_recorded(partial(super().finish_job_by_id_async, job_id, status, delete_job))

    async def retry_job_by_id_async(self, job_id: int, *args: Any, **options: Any) -> None:
        try:
            await _until_recorded(partial(super().retry_job_by_id_async, job_id, *args, **options))
        except UniqueViolation:  # an equal job waits already
            await self.finish_job_by_id_async(job_id, Status.ABORTED, False)


async def _until_recorded(record: Callable[[], Awaitable[None]]) -> None:
    """Repeat a statement while the connection to the database is lost, for a minute."""
    lost = retry_if_exception(lambda error: isinstance(error.__cause__, psycopg.OperationalError))
    async for attempt in AsyncRetrying(retry=lost, stop=stop_after_delay(60), wait=wait_fixed(0.5), reraise=True):
        with attempt:
            try:
                await record()
            except ConnectorException as error:
                # The first attempt could have succeeded before the connection was lost.
                if not (_has_another_state(error) and attempt.retry_state.attempt_number > 1):
                    raise


def _has_another_state(error: ConnectorException) -> bool:
    """Whether the job was not in the state from which the statement changes it."""
    return isinstance(error.__cause__, psycopg.errors.RaiseException)


async def _check(connection: psycopg.AsyncConnection) -> None:
    """Refuse a connection that the server has closed. The pool's own check costs a round trip for each statement."""
    if has_ended(connection):
        await connection.close()  # otherwise the pool would offer it again and again
        raise psycopg.OperationalError("The server has closed the connection")


def _make_pool(**options: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**{**options, "check": _check})


async def _autocommit(connection: psycopg.AsyncConnection) -> None:
    """Each statement of procrastinate is complete. In a transaction it would take three round trips instead of one."""
    await connection.set_autocommit(True)


def make_app(url: str, jobs: Iterable[Job[Any]]) -> App:
    """Create procrastinate's app with these jobs."""
    pool = {"min_size": 1, "max_size": POOL_SIZE, "kwargs": ENGINE_OPTIONS["connect_args"]}
    connector = PsycopgConnector(
        conninfo=url.replace("+psycopg", "", 1), configure=_autocommit, pool_factory=_make_pool, **pool
    )
    app = App(connector=connector, periodic_defaults={"max_delay": timedelta(days=1).total_seconds()})
    app.job_manager = _Manager(connector)
    app.tasks = _Tasks(app.tasks)
    for job in [unknown, *jobs]:
        options: dict[str, Any] = {
            "queue": job.queue,
            "priority": job.priority,
            "queueing_lock": job.name if job.every else None,
        }
        task = app.task(name=job.name, pass_context=True, retry=_Decided(), **options)(_task(job))
        if job.every:
            app.periodic(cron=job.every)(task)
    return app


async def retry_stalled(app: App) -> None:
    """Run the jobs of killed workers again. A job that kills its worker each time waits longer and longer, too."""
    for queued in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        job = registered.get(queued.task_name, unknown)
        moment = retry_at(job, enqueued_at=enqueued_at(queued.task_kwargs), attempts=queued.attempts)
        try:
            if moment is None:
                await app.job_manager.finish_job(queued, Status.FAILED, False)
            else:
                await app.job_manager.retry_job(queued, retry_at=moment)
        except ConnectorException as error:
            if not _has_another_state(error):  # otherwise another worker was faster
                raise
        else:
            event = "job_stalled" if moment else "job_failed"
            logger.warning(event, job=queued.task_name, job_id=queued.id, attempts=queued.attempts + 1)


async def _upkeep(app: App, beat: Callable[[], None]) -> None:
    while True:
        started = time.monotonic()
        try:
            await app.check_connection_async()
            beat()
            # After a time without the database, the heartbeats of living workers are old, too: wait for the next ones.
            if time.monotonic() - started < HEARTBEAT_SECONDS / 2:
                await retry_stalled(app)
        except ConnectorException as error:
            logger.warning("job_upkeep_failed", error=repr(error.__cause__ or error))
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def _work_on(app: App, queue: str, concurrency: int) -> None:
    await app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        fetch_job_polling_interval=POLL_SECONDS,
        install_signal_handlers=False,
        shutdown_graceful_timeout=SHUTDOWN_SECONDS,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
    )


async def work(app: App, *, concurrency: int, beat: Callable[[], None]) -> None:
    """Run jobs until cancelled. Running jobs then have `SHUTDOWN_SECONDS`; the rest is handed back.

    `beat` is called every `HEARTBEAT_SECONDS` while the database responds. Raises an error if the database is away.
    """
    async with app.open_async():
        upkeep = asyncio.create_task(_upkeep(app, beat))
        try:
            async with asyncio.TaskGroup() as group:
                # One for each queue, so that a silent mail server delays only mails.
                for queue in sorted({job.queue for job in [unknown, *registered.values()]}):
                    group.create_task(_work_on(app, queue, concurrency))
        finally:
            upkeep.cancel()


async def work_until(stop: asyncio.Event, *, beat: Callable[[], None]) -> None:
    """Run jobs until `stop` is set, also through restarts of the database."""
    app = make_app(settings.database_direct_url, registered.values())
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        working = asyncio.create_task(work(app, concurrency=settings.WORKER_CONCURRENCY, beat=beat))
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        [outcome] = await asyncio.gather(working, return_exceptions=True)
        if not stop.is_set():
            logger.warning("worker_restarted", error=repr(outcome.__cause__ or outcome) if outcome else "A part ended")
            await asyncio.sleep(RESTART_SECONDS)
