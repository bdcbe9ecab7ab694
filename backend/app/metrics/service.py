"""The exposition: what the processes of this server have counted, and the jobs and mails of all servers."""

import asyncio
from collections.abc import Iterator

import psycopg
import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.core.database.connection import PoolTimeout
from app.core.database.statements import AutocommitSession
from app.metrics.crud import MINUTES, read_work
from app.metrics.models import Work
from app.metrics.registry import collector

logger = structlog.get_logger(__name__)


class _WorkCollector(Collector):
    def __init__(self, work: Work | None) -> None:
        self._work = work

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("database_up", "Whether the database responded to this scrape", self._work is not None)
        if self._work is not None:
            yield from _active(self._work)
            yield from _ended(self._work)
            yield from _mails(self._work)


def _active(work: Work) -> Iterator[Metric]:
    count = GaugeMetricFamily("jobs_active", "Jobs that are due or run", labels=["queue", "state"])
    oldest = GaugeMetricFamily("jobs_oldest_seconds", "Age of the oldest job that is due", labels=["queue"])
    for each in work.active:
        count.add_metric([each.queue, each.state], each.number)
        if each.state == "waiting":
            oldest.add_metric([each.queue], each.oldest_seconds)
    yield from (count, oldest)


def _ended(work: Work) -> Iterator[Metric]:
    period = f"in the last {MINUTES} minutes"
    count = GaugeMetricFamily("jobs_ended", f"Runs of jobs that ended {period}", labels=["job", "outcome"])
    labels = ["job", "outcome", "quantile"]
    duration = GaugeMetricFamily("job_duration_seconds", f"Duration of the runs that ended {period}", labels=labels)
    for each in work.ended:
        count.add_metric([each.job, each.outcome], each.number)
        duration.add_metric([each.job, each.outcome, "0.5"], each.median_seconds)
        duration.add_metric([each.job, each.outcome, "0.95"], each.p95_seconds)
    yield from (count, duration)


def _mails(work: Work) -> Iterator[Metric]:
    count = GaugeMetricFamily("mails", "Mails: all queued ones, others of the last hour", labels=["state"])
    states = {"queued": 0, "sent": 0, "failed": 0, "skipped": 0} | dict(work.mails)
    for state, number in states.items():
        count.add_metric([state], number)
    yield count


async def exposition(session: AutocommitSession) -> bytes:
    """Return all metrics in Prometheus's text format. Without the database, those of the processes remain."""
    try:
        work = await read_work(session=session)
    except (psycopg.Error, PoolTimeout) as error:
        logger.warning("metrics_without_database", error=repr(error))
        work = None
    return await asyncio.to_thread(_generate, work)


def _generate(work: Work | None) -> bytes:
    registry = CollectorRegistry()
    registry.register(collector())
    registry.register(_WorkCollector(work))
    return generate_latest(registry)
