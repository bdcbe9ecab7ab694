"""`./scripts/bench --middleware`: CPU time of the middleware (ids, log, headers, metrics) around an empty endpoint.

Runs in a process of its own, with the settings of production and its log in a file.
"""

import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

REQUESTS, ROUNDS = 2_000, 15
_HEADERS = [(b"host", b"dashboard.example.com"), (b"user-agent", b"bench"), (b"accept", b"*/*")]
_SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "https",
    "path": "/api/v1/utils/health-check/",
    "raw_path": b"/api/v1/utils/health-check/",
    "query_string": b"",
    "root_path": "",
    "client": ("192.0.2.7", 50_000),
    "server": ("dashboard.example.com", 443),
}
Call = Callable[..., Awaitable[None]]


def measure_middleware() -> str:
    """Return the table, in microseconds a request."""
    # Not at the top: the measured process does not have `scripts`.
    from benchmarks.rig import make_environment
    from scripts.local.layout import BACKEND

    with tempfile.TemporaryDirectory() as folder:
        url = f"postgresql://app:{secrets.token_hex(16)}@127.0.0.1:9/app"  # nothing connects
        environment = make_environment(url, storage=Path(folder))
        with (Path(folder) / "log").open("wb") as log:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.middleware"],
                cwd=BACKEND,
                env={**environment, "METRICS_TOKEN": "only-for-the-benchmark-" + "k" * 24},
                stdout=log,
                stderr=subprocess.PIPE,
                text=True,
                timeout=300,
                check=True,
            )
    figures = json.loads(done.stderr.splitlines()[-1])
    rows = [f"| {name} | {value:.1f} |" for name, value in figures.items()]
    return "\n".join(["| middleware | CPU us a request |", "|---|---:|", *rows])


async def _empty(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"true"})


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(_message: Any) -> None:
    pass


async def _cost(app: Call) -> float:
    """Return the microseconds of CPU time of one request."""
    started = time.process_time_ns()
    for _ in range(REQUESTS):
        await app({**_SCOPE, "headers": list(_HEADERS), "state": {}}, _receive, _send)
    return (time.process_time_ns() - started) / REQUESTS / 1_000


async def _main() -> None:
    from app.core.features import modules
    from app.core.http.edge import Edge, observers
    from app.core.logging import configure_logging
    from app.core.settings import settings

    configure_logging()
    edge = Edge(_empty, settings=settings)
    observing = [module.observe for module in modules("registry") if hasattr(module, "observe")]
    costs: dict[str, list[float]] = {"without metrics": [], "with metrics": []}
    for _ in range(ROUNDS):
        empty = await _cost(_empty)
        costs["without metrics"].append(await _cost(edge) - empty)
        observers[:] = observing
        costs["with metrics"].append(await _cost(edge) - empty)
        observers.clear()
    if not observing:
        del costs["with metrics"]
    print(json.dumps({name: median(values) for name, values in costs.items()}), file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(_main())
