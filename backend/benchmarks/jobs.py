"""`./scripts/bench --jobs`: how many trivial jobs a worker runs, and what it and an API process cost while idle."""

import sys
import time
from dataclasses import dataclass

from benchmarks.client import Failed
from benchmarks.cpu import cpu_ns, resident_bytes
from benchmarks.rig import START_SECONDS, Processes, open_processes
from scripts.local.processes import Child, tail

JOBS = 3_000
MEBIBYTE = 1024 * 1024
_ENQUEUE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
    SELECT 'default', 'benchmarks.do_nothing', jsonb_build_object(
        'arguments', jsonb_build_object('number', number), 'request_id', 'benchmark', 'enqueued_at', now())
    FROM generate_series(1, %s) AS number
"""
_UNDONE = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'benchmarks.do_nothing' AND status <> 'succeeded'"


@dataclass(frozen=True)
class Figures:
    """Rates are per second, costs in microseconds of CPU time per job, idle costs in percent of a core."""

    rate: float
    worker_us: float
    postgres_us: float
    idle_worker: float
    idle_api: float
    worker_bytes: int
    api_bytes: int

    def table(self) -> str:
        rows = [
            ("jobs a second", f"{self.rate:,.0f}"),
            ("CPU of the worker, us a job", f"{self.worker_us:,.0f}"),
            ("jobs a second of one core, by that CPU time", f"{1e6 / self.worker_us:,.0f}"),
            ("CPU of PostgreSQL, us a job", f"{self.postgres_us:,.0f}"),
            ("idle worker, % of a core", f"{self.idle_worker:.2f}"),
            ("idle API process, % of a core", f"{self.idle_api:.2f}"),
            ("idle worker, RSS in MiB", f"{self.worker_bytes / MEBIBYTE:,.0f}"),
            ("idle API process, RSS in MiB", f"{self.api_bytes / MEBIBYTE:,.0f}"),
        ]
        return "\n".join(["| figure | value |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)])


def measure_jobs(*, idle_seconds: float) -> Figures:
    with open_processes(Processes) as rig:
        api = rig.start_server("app")
        worker = _start_worker(rig)
        _run(rig, 200)  # opens the connections, prepares the statements
        api_bytes, worker_bytes = resident_bytes(api.pid), resident_bytes(worker.pid)
        time.sleep(2)
        before = time.monotonic(), cpu_ns(worker.pid), cpu_ns(api.pid)
        time.sleep(idle_seconds)
        seconds, *idle = (
            after - start
            for after, start in zip((time.monotonic(), cpu_ns(worker.pid), cpu_ns(api.pid)), before, strict=True)
        )
        cpu = cpu_ns(worker.pid), cpu_ns(rig.postgres.process.pid)
        lasted = _run(rig, JOBS)
        worker_ns, postgres_ns = cpu_ns(worker.pid) - cpu[0], cpu_ns(rig.postgres.process.pid) - cpu[1]
        return Figures(
            rate=JOBS / lasted,
            worker_us=worker_ns / JOBS / 1_000,
            postgres_us=postgres_ns / JOBS / 1_000,
            idle_worker=idle[0] / seconds / 1e7,
            idle_api=idle[1] / seconds / 1e7,
            worker_bytes=worker_bytes,
            api_bytes=api_bytes,
        )


def _start_worker(rig: Processes) -> Child:
    worker = rig.spawn("worker", [sys.executable, "-c", "from benchmarks.worker_jobs import main; main()"])
    started = time.monotonic()
    while rig.one("SELECT count(*) FROM procrastinate_workers") == 0:
        if worker.poll() is not None or time.monotonic() - started > START_SECONDS:
            raise Failed(f"The worker did not start:\n{tail(rig.log_of('worker'))}")
        time.sleep(0.1)
    return worker


def _run(rig: Processes, count: int) -> float:
    """Enqueue jobs, and return the seconds until all have succeeded."""
    started = time.monotonic()
    rig.connection.execute(_ENQUEUE, [count])
    while rig.one(_UNDONE):
        if time.monotonic() - started > 300:
            raise Failed("The jobs did not succeed within 300 s")
        time.sleep(0.1)
    return time.monotonic() - started
