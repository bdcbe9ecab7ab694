"""Where the application's time goes in one endpoint, by samples of its stack."""

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
"""File, line and name of a function; samples in itself, and with all that it called."""


def profile(rig: Rig, name: str, *, seconds: float) -> str:
    """The packages and functions that cost most."""
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
            raise Failed("The profile was not written")
        time.sleep(0.05)
    return show(name, json.loads(file.read_text(encoding="utf-8")), sample.server_us)


def show(name: str, rows: Sequence[Row], cpu_us: float) -> str:
    """The CPU time of a request, divided as the samples are."""
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
        "By function, itself": functions,
        "By function, with all that it called": with_calls,
    }
    head = (
        f"{name}: {cpu_us:,.0f} us of the application's CPU for each request, divided by {samples} samples.\n"
        "What compiled code does counts for the Python function that called it."
    )
    return "\n\n".join([head, *(_top(title, counts, cpu_us / samples) for title, counts in tables.items())])


def _place(file: str) -> tuple[str, str]:
    """A file's package, and its path in a short form."""
    _, installed, path = file.partition("site-packages/")
    if installed:
        return path.partition("/")[0], path
    if file.startswith(f"{BACKEND}/"):
        path = file.removeprefix(f"{BACKEND}/")
        return path.partition("/")[0], path
    return "Python's own modules", file.rpartition("/")[2]


def _top(title: str, counts: Counter[str], unit: float) -> str:
    lines = [f"{count * unit:9.1f}  {what}" for what, count in counts.most_common(LINES)]
    return "\n".join([f"{title} (us)", *lines])
