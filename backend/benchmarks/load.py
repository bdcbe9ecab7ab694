"""Sends requests over kept-alive connections with wrk if it is installed, otherwise with `benchmarks.client`."""

import json
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Failed, fetch, send_for
from benchmarks.endpoints import Endpoint

_MS = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Load:
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float


def generator() -> str:
    return "wrk" if shutil.which("wrk") else "benchmarks/client.py (wrk is not installed)"


def run_load(endpoint: Endpoint, port: int, *, seconds: float) -> Load:
    """Send requests for about `seconds`. Raises `Failed` at any response that is not 2xx."""
    if shutil.which("wrk"):
        return _run_wrk(endpoint, port, max(1, round(seconds)))
    requests = [request.encode(port) for request in endpoint.requests]
    latencies, took = send_for(requests, port, connections=endpoint.connections, seconds=seconds)
    latencies.sort()
    return Load(len(latencies), took, _percentile(latencies, 50) / 1e6, _percentile(latencies, 99) / 1e6)


def _percentile(ordered: list[int], percent: int) -> int:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _run_wrk(endpoint: Endpoint, port: int, seconds: int) -> Load:
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as folder:
        script = Path(folder) / "requests.lua"
        script.write_text(_lua(endpoint), encoding="utf-8")
        options = [
            "-t1",
            f"-c{endpoint.connections}",
            f"-d{seconds}s",
            "--timeout",
            "10s",
            "--latency",
            "-s",
            str(script),
        ]
        command = ["wrk", *options, f"http://127.0.0.1:{port}"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=False)
    if result.returncode != 0:
        raise Failed(f"wrk exited with status {result.returncode}:\n{result.stdout}{result.stderr}")
    if "Non-2xx" in result.stdout or "Socket errors" in result.stdout:
        for request in endpoint.requests:
            fetch(request.encode(port), port)  # raises an error with the response, if it fails again
        raise Failed(f"wrk reported errors for {endpoint.name}:\n{result.stdout}")
    return parse_wrk(result.stdout)


def _lua(endpoint: Endpoint) -> str:
    """Return a script that sends the endpoint's requests in turn. JSON strings in ASCII are valid Lua strings."""
    calls = []
    for request in endpoint.requests:
        headers = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in request.headers.items())
        body = json.dumps(request.body) if request.body else "nil"
        calls.append(f"wrk.format({json.dumps(request.method)}, {json.dumps(request.path)}, {{{headers}}}, {body})")
    return (
        "local requests, n = {}, 0\n"
        "function init()\n  requests = {\n    " + ",\n    ".join(calls) + "\n  }\nend\n"
        "function request()\n  n = n % #requests + 1\n  return requests[n]\nend\n"
    )


def parse_wrk(output: str) -> Load:
    """Parse the output of `wrk --latency`."""
    done = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)\b", output)
    found = {
        int(percent): float(value) * _MS[unit]
        for percent, value, unit in re.findall(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m) *$", output, re.MULTILINE)
    }
    if done is None or found.keys() != {50, 99}:
        raise Failed(f"The output of wrk has an unknown format:\n{output}")
    return Load(int(done[1]), float(done[2]) * _MS[done[3]] / 1_000, found[50], found[99])
