"""Profile of the application for one endpoint, by sampling its stack."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence

from benchmarks.client import Failed
from benchmarks.load import run_load
from benchmarks.measure import WARM_UP_SECONDS, take_sample
from benchmarks.rig import Rig
from scripts.local.layout import BACKEND

LINES = 40
WRITE_SECONDS = 30

Row = tuple[str, int, str, int, int]
"""File, line and name of a function; number of samples in the function itself, and including its callees."""


def profile(rig: Rig, name: str, *, seconds: float) -> str:
    """Profile an endpoint. Returns tables of the most expensive packages and functions."""
    file = rig.folder / "profile"
    server = rig.start_server("profiled", ("uvicorn", "benchmarks.profiled:app"), {"BENCH_PROFILE": str(file)})
    endpoint = rig.make_endpoints(server)[name]
    run_load(endpoint, server.port, seconds=WARM_UP_SECONDS)
    os.kill(server.pid, signal.SIGUSR1)
    sample = take_sample(rig, server, endpoint, seconds=seconds)
    os.kill(server.pid, signal.SIGUSR1)
    deadline = time.monotonic() + WRITE_SECONDS
    while not file.exists():
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"The server wrote no profile within {WRITE_SECONDS} s")
        time.sleep(0.05)
    return show(name, json.loads(file.read_text(encoding="utf-8")), sample.server_us)


def show(name: str, rows: Sequence[Row], cpu_us: float) -> str:
    """Format the CPU time of a request, distributed in proportion to the samples."""
    samples = sum(own for *_, own, _ in rows) or 1
    packages: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    with_calls: Counter[str] = Counter()
    for file, line, function, own, total in rows:
        package, short = _place(file)
        packages[package] += own
        functions[f"{short}:{line} {function}"] += own
        with_calls[f"{short}:{line} {function}"] += total
    tables = {
        "By package": packages,
        "By function, excluding callees": functions,
        "By function, including callees": with_calls,
    }
    head = (
        f"{name}: {cpu_us:,.0f} us of the application's CPU time per request, distributed by {samples} samples.\n"
        "The time of compiled code counts for the Python function that called it."
    )
    return "\n\n".join([head, *(_top(title, counts, cpu_us / samples) for title, counts in tables.items())])


def _place(file: str) -> tuple[str, str]:
    """Return a file's package and its shortened path."""
    _, installed, path = file.partition("site-packages/")
    if installed:
        return path.partition("/")[0], path
    if file.startswith(f"{BACKEND}/"):
        path = file.removeprefix(f"{BACKEND}/")
        return path.partition("/")[0], path
    return "Python standard library", file.rpartition("/")[2]


def _top(title: str, counts: Counter[str], unit: float) -> str:
    lines = [f"{count * unit:9.1f}  {name}" for name, count in counts.most_common(LINES)]
    return "\n".join([f"{title} (us)", *lines])
