"""What each process counts, in files that all processes of a server share: a scrape reaches only one of them.

Import this module only if metrics are configured. The library decides how it counts when it is imported.
"""

import asyncio
import multiprocessing
import os
import tempfile
import time
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.routing import BaseRoute

from app.core.database.session import pool_usage
from app.core.http.deadline import count_running
from app.core.http.edge import Exchange, observers
from app.core.security.passwords import queue_length


def _shared_folder() -> Path:
    """Return the folder of this server's processes: uvicorn starts each of its workers as a child."""
    server = multiprocessing.parent_process()
    name = f"metrics-{os.getuid()}-{server.pid if server else os.getpid()}"
    folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(Path(tempfile.gettempdir()) / name)))
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


FOLDER = _shared_folder()

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead  # noqa: E402

SAMPLE_SECONDS = 1.0
OTHER = "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LOGINS = frozenset({"login_access_token", "login_session"})
_OUTCOMES = {200: "succeeded", 400: "refused"}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# The files are what is exported; this registry only keeps the names apart from those of other libraries.
_own = CollectorRegistry()
_requests = Histogram(
    *("http_request_duration_seconds", "Time from the request's head to the end of its response"),
    labelnames=["method", "route", "status"],
    buckets=_BUCKETS,
    registry=_own,
)
_logins = Counter("logins", "Sign-ins by password: succeeded, refused or failed", ["outcome"], registry=_own)


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, f"{text}, sampled every second", labels, multiprocess_mode="livesum", registry=_own)


_running = _gauge("http_requests_in_progress", "Requests that run")
_hashes = _gauge("password_hashes_queued", "Password hashes that run or wait for a thread")
_pool_size = _gauge("database_pool_size", "Connections that the pool can open", "pool")
_pool_in_use = _gauge("database_pool_in_use", "Connections in use", "pool")
_pool_waiting = _gauge("database_pool_waiting", "Tasks that wait for a connection", "pool")


class _Pending:
    """Requests with the same labels since the last sample. One write for all costs a tenth of one for each."""

    __slots__ = ("counts", "login", "seconds")

    def __init__(self, login: str | None) -> None:
        self.counts = [0] * (len(_BUCKETS) + 1)
        self.seconds = 0.0
        self.login = login
        """The outcome, if the requests are logins."""


_pending: dict[tuple[str, str, int], _Pending] = {}


def observe(exchange: Exchange) -> None:
    """Count a request at its end. Its labels are those of a route, so clients cannot create any."""
    route: BaseRoute | None = exchange.scope.get("route")
    method = exchange.method if exchange.method in _METHODS else OTHER
    key = (method, getattr(route, "path", OTHER), exchange.status)
    pending = _pending.get(key)
    if pending is None:
        login = _OUTCOMES.get(exchange.status, "failed") if getattr(route, "name", None) in _LOGINS else None
        pending = _pending[key] = _Pending(login)
    seconds = time.perf_counter() - exchange.started
    pending.seconds += seconds
    pending.counts[bisect_left(_BUCKETS, seconds)] += 1


def sample() -> None:
    """Write down the requests since the last time, and what has a value at each moment."""
    for key, pending in _pending.items():
        if total := sum(pending.counts):
            requests = _requests.labels(*key)
            requests._sum.inc(pending.seconds)  # the library has no function for several observations
            for bucket, count in zip(requests._buckets, pending.counts, strict=True):
                bucket.inc(count)
            if pending.login:
                _logins.labels(pending.login).inc(total)
            pending.counts, pending.seconds = [0] * len(pending.counts), 0.0
    _running.set(count_running())
    _hashes.set(queue_length())
    for name, pool in pool_usage().items():
        _pool_size.labels(name).set(pool.size)
        _pool_in_use.labels(name).set(pool.in_use)
        _pool_waiting.labels(name).set(pool.waiting)


@asynccontextmanager
async def counting() -> AsyncIterator[None]:
    """Count inside the block, in which the pools are open."""

    async def sample_regularly() -> None:
        while True:
            sample()
            await asyncio.sleep(SAMPLE_SECONDS)

    observers.append(observe)
    sampling = asyncio.create_task(sample_regularly())
    try:
        yield
    finally:
        sampling.cancel()
        observers.remove(observe)


def collector() -> MultiProcessCollector:
    """Return the collector of all processes. Gauges of processes that have ended are forgotten."""
    for file in FOLDER.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _is_running(pid):
            with suppress(FileNotFoundError):  # another process was faster
                mark_process_dead(pid)  # type: ignore[no-untyped-call]
    return MultiProcessCollector(None)  # type: ignore[no-untyped-call]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
