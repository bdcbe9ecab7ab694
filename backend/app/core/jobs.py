"""Background jobs, which start after a request's commit and do not delay its response.

`defer(session, job, ...)` keeps a job until the session commits; a rollback discards it. Jobs run in this process, from
a bounded queue, each with a timeout and a few retries. A job has its place in the queue before the commit, so nothing
that was acknowledged is dropped while the process runs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel.ext.asyncio.session import AsyncSession
from tenacity import AsyncRetrying, RetryError, stop_after_attempt, wait_exponential

from app.core.errors import Unavailable

logger = structlog.get_logger(__name__)

WORKERS = 4
QUEUE_SIZE = 1_000
RUN_SECONDS = 15
SHUTDOWN_SECONDS = 10


@dataclass(frozen=True)
class Job:
    run: Callable[..., Awaitable[None]]
    arguments: dict[str, Any]


_queue: asyncio.Queue[Job] | None = None
_deferred: WeakKeyDictionary[Session, list[Job]] = WeakKeyDictionary()
"""Jobs of open transactions. They have a place in the queue, too."""


def defer(session: AsyncSession, run: Callable[..., Awaitable[None]], **arguments: Any) -> None:
    """Start `run(**arguments)` once the session has committed. Raises `Unavailable` if the queue is full."""
    if _queue is not None and _queue.qsize() + sum(map(len, _deferred.values())) >= QUEUE_SIZE:
        logger.error("job_queue_full", job=run.__name__)
        raise Unavailable
    _deferred.setdefault(session.sync_session, []).append(Job(run, arguments))


def start_deferred(session: AsyncSession) -> None:
    """Queue the session's deferred jobs. Called after its commit."""
    for job in _deferred.pop(session.sync_session, []):
        if _queue is None:
            logger.error("job_dropped", job=job.run.__name__, reason="The workers are not running")
        else:
            _queue.put_nowait(job)


def discard_deferred(session: AsyncSession) -> None:
    """Discard the session's deferred jobs, and free their places. Called when it ends without a commit."""
    _deferred.pop(session.sync_session, None)


def discard_on_rollback(session: Session, transaction: SessionTransaction) -> None:
    """Handler of SQLAlchemy's `after_soft_rollback`. A rollback to a savepoint keeps the jobs."""
    outer: SessionTransaction | None = transaction
    while outer is not None and not outer.nested:
        outer = outer.parent
    if outer is None:
        _deferred.pop(session, None)


@asynccontextmanager
async def workers() -> AsyncIterator[None]:
    """Run the workers. On exit, wait up to `SHUTDOWN_SECONDS` for the queued jobs."""
    global _queue
    queue = _queue = asyncio.Queue()
    running: list[Job] = []
    tasks = [asyncio.create_task(_work(queue, running), name=f"job-worker-{n}") for n in range(WORKERS)]
    try:
        yield
    finally:
        try:
            await asyncio.wait_for(queue.join(), SHUTDOWN_SECONDS)
        except TimeoutError:
            _log_lost(queue, running)
        _queue = None
        # A library can swallow a cancellation, so cancel until each worker has ended.
        while unfinished := [task for task in tasks if not task.done()]:
            for task in unfinished:
                task.cancel()
            await asyncio.wait(unfinished, timeout=1)


def _log_lost(queue: asyncio.Queue[Job], running: list[Job]) -> None:
    """Log one line for each lost job, without its arguments, which can be addresses and tokens."""
    lost = [*running, *(queue.get_nowait() for _ in range(queue.qsize()))]
    for job in lost:
        logger.error("job_lost_at_shutdown", job=job.run.__name__, lost=len(lost))


async def _work(queue: asyncio.Queue[Job], running: list[Job]) -> None:
    while True:
        job = await queue.get()
        running.append(job)
        try:
            await run(job)
        finally:
            running.remove(job)
            queue.task_done()


async def run(job: Job) -> None:
    """Run a job, with retries after about 1 and 2 seconds. A failure is logged, never raised."""
    try:
        async for attempt in AsyncRetrying(stop=stop_after_attempt(3), wait=wait_exponential(max=10)):
            with attempt:
                async with asyncio.timeout(RUN_SECONDS):
                    await job.run(**job.arguments)
    except RetryError as error:
        cause = error.last_attempt.exception()
        logger.error("job_failed", job=job.run.__name__, error=repr(cause))
