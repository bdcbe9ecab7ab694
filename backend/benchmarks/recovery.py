"""`./scripts/bench --recovery URL`: try to find out by time which addresses have an account.

Against a running stack that allows sign-up. Half of the addresses get an account. Each address is used for one
recovery, in random order, followed by health checks on the same connection, which would be slower while the server
still works for an account.
"""

import http.client
import json
import random
import secrets
import time
from collections.abc import Sequence
from statistics import median, quantiles
from urllib.parse import quote, urlsplit

from benchmarks.client import Failed

ADDRESSES = 200
"""Of each kind."""
HEALTH_CHECKS = 30
_V1 = "/api/v1"


def measure_recovery(url: str) -> str:
    """Return the tables."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    run = secrets.token_hex(4)
    known = [f"known-{run}-{number}@example.com" for number in range(ADDRESSES)]
    for address in known:
        _send(connection, "POST", f"{_V1}/users/signup", {"email": address, "password": secrets.token_hex(16)})
    addresses = dict.fromkeys(known, True)
    addresses |= {f"other-{run}-{number}@example.com": False for number in range(ADDRESSES)}
    order = list(addresses)
    random.shuffle(order)
    time.sleep(10)  # until the mails of the sign-ups are sent
    connection.close()  # the server has closed it
    times: dict[str, dict[bool, list[float]]] = {
        name: {True: [], False: []} for name in ("recovery", "health checks together", "slowest health check")
    }
    for address in order:
        recovery = _send(connection, "POST", f"{_V1}/password-recovery/{quote(address)}")
        checks = [_send(connection, "GET", f"{_V1}/utils/health-check/") for _ in range(HEALTH_CHECKS)]
        for series, value in zip(times.values(), (recovery, sum(checks), max(checks)), strict=True):
            series[addresses[address]].append(value)
    return _table(times)


def _send(connection: http.client.HTTPConnection, method: str, path: str, body: object = None) -> float:
    """Return the milliseconds until the whole response has arrived."""
    content = None if body is None else json.dumps(body)
    started = time.perf_counter()
    connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
    response = connection.getresponse()
    text = response.read()
    if response.status != 200:
        raise Failed(f"{method} {path.partition('@')[0]}: {response.status} {text[:200]!r}")
    return (time.perf_counter() - started) * 1000


def _table(times: dict[str, dict[bool, list[float]]]) -> str:
    lines = [
        "| ms | with account: median | p95 | without: median | p95 | chance to guess right |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, series in times.items():
        known, other = series[True], series[False]
        figures = (median(known), quantiles(known, n=20)[-1], median(other), quantiles(other, n=20)[-1])
        chance = probability_of_larger(known, other)
        shown = " | ".join(f"{figure:.2f}" for figure in figures)
        lines.append(f"| {name} | {shown} | {chance:.3f} +- {margin(len(known), len(other)):.3f} |")
    return "\n".join([*lines, "", "0.5 is a coin flip. The margin is that of 95 % of runs without any difference."])


def probability_of_larger(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return how often a random value of `ones` is larger than one of `others` (Mann and Whitney's U)."""
    wins = sum((one > other) + 0.5 * (one == other) for one in ones for other in others)
    return float(wins / (len(ones) * len(others)))


def margin(ones: int, others: int) -> float:
    """Return how far the probability is from 0.5 in 95 % of samples of equal distributions."""
    return float(1.96 * ((ones + others + 1) / (12 * ones * others)) ** 0.5)
