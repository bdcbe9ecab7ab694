"""Background jobs, which start after a request's commit and do not delay its response.

`defer(session, job, ...)` keeps a job until the session commits; a rollback discards it. Jobs run in this
process, from a bounded queue, each with a timeout and a few retries.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession
from tenacity import AsyncRetrying, RetryError, stop_after_attempt, wait_exponential

logger = structlog.get_logger(__name__)

WORKERS = 4
QUEUE_SIZE = 1_000
RUN_SECONDS = 15
SHUTDOWN_SECONDS = 5

_DEFERRED = "deferred_jobs"


@dataclass(frozen=True)
class Job:
    run: Callable[..., Awaitable[None]]
    arguments: dict[str, Any]


_queue: asyncio.Queue[Job] | None = None


def defer(session: AsyncSession, run: Callable[..., Awaitable[None]], **arguments: Any) -> None:
    """Start `run(**arguments)` once the session has committed."""
    session.info.setdefault(_DEFERRED, []).append(Job(run, arguments))


def start_deferred(session: AsyncSession) -> None:
    """Queue the session's deferred jobs. Called after its commit."""
    for job in session.info.pop(_DEFERRED, []):
        try:
            if _queue is None:
                raise asyncio.QueueFull
            _queue.put_nowait(job)
        except asyncio.QueueFull:
            logger.error("job_dropped", job=job.run.__name__, reason="The workers are not running or the queue is full")


@asynccontextmanager
async def workers() -> AsyncIterator[None]:
    """Run the workers. On exit, wait up to `SHUTDOWN_SECONDS` for the queued jobs."""
    global _queue
    queue = _queue = asyncio.Queue(QUEUE_SIZE)
    tasks = [asyncio.create_task(_work(queue), name=f"job-worker-{n}") for n in range(WORKERS)]
    try:
        yield
    finally:
        try:
            await asyncio.wait_for(queue.join(), SHUTDOWN_SECONDS)
        except TimeoutError:
            logger.error("jobs_lost_at_shutdown", count=queue.qsize())
        _queue = None
        # A library can swallow a cancellation, so cancel until each worker has ended.
        while running := [task for task in tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=1)


async def _work(queue: asyncio.Queue[Job]) -> None:
    while True:
        job = await queue.get()
        try:
            await run(job)
        finally:
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
