"""Measures endpoints in rounds, alternating between application and floor, so that disturbances affect both alike."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.client import Failed, fetch
from benchmarks.cpu import cpu_ns
from benchmarks.endpoints import Endpoint
from benchmarks.load import run_load
from benchmarks.rig import Rig, Server

WARM_UP_SECONDS = 0.5
LOGINS_PER_SECOND = 4
MIN_LOGIN_SECONDS = 3.0
"""Long enough for at least a dozen logins."""


@dataclass(frozen=True)
class Sample:
    """Measurement of one endpoint on one server in one round. CPU time is in us per request."""

    rps: float
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float

    @property
    def total_us(self) -> float:
        return self.server_us + self.postgres_us


Samples = dict[tuple[str, str], list[Sample]]
"""The samples of all rounds by endpoint and server."""


def check_responses(rig: Rig, endpoints: Sequence[Endpoint], app: Server, floor: Server) -> None:
    """Raise `Failed` unless both servers return the same bytes for every request."""
    for endpoint in endpoints:
        for request in endpoint.requests:
            expected, found = [endpoint.comparable(fetch(request.encode(s.port), s.port)) for s in (app, floor)]
            if expected != found:
                raise Failed(
                    f"{request.method} {request.path}: application and floor return different responses.\n"
                    f"application: {expected.decode()}\nfloor: {found.decode()}"
                )
        if endpoint.writes:
            rig.clean()


def take_sample(rig: Rig, server: Server, endpoint: Endpoint, *, seconds: float) -> Sample:
    pids = server.pid, rig.postgres.pid
    before = [cpu_ns(pid) for pid in pids]
    load = run_load(endpoint, server.port, seconds=seconds)
    used = [(cpu_ns(pid) - start) / 1_000 / load.requests for pid, start in zip(pids, before, strict=True)]
    if endpoint.writes:
        rig.clean()
    return Sample(load.requests / load.seconds, load.p50_ms, load.p99_ms, *used)


def measure(
    rig: Rig,
    servers: Sequence[Server],
    endpoints: Sequence[Endpoint],
    *,
    rounds: int,
    seconds: float,
    show_progress: Callable[[str], None],
) -> Samples:
    """Measure every endpoint on every server. The order of the servers alternates between rounds."""
    for endpoint in endpoints:
        for server in servers:
            show_progress(f"warming up: {endpoint.name}")
            take_sample(rig, server, endpoint, seconds=WARM_UP_SECONDS)
    samples: Samples = {(endpoint.name, server.name): [] for endpoint in endpoints for server in servers}
    for number in range(rounds):
        for endpoint in endpoints:
            for server in servers if number % 2 == 0 else servers[::-1]:
                show_progress(f"round {number + 1} of {rounds}: {endpoint.name}, {server.name}")
                sample = take_sample(rig, server, endpoint, seconds=seconds)
                samples[endpoint.name, server.name].append(sample)
    return samples


@dataclass(frozen=True)
class LoginEffect:
    """p99 of an endpoint in ms in one round, alone and during logins, and the rate of logins."""

    alone_ms: float
    with_logins_ms: float
    logins_per_second: float


def measure_login_effect(
    rig: Rig, server: Server, endpoint: Endpoint, login: Endpoint, *, rounds: int, seconds: float
) -> list[LoginEffect]:
    effects = []
    seconds = max(seconds, MIN_LOGIN_SECONDS)
    for _ in range(rounds):
        alone = run_load(endpoint, server.port, seconds=seconds)
        with _Logins(server.port, login) as logins:
            disturbed = run_load(endpoint, server.port, seconds=seconds)
        effects.append(LoginEffect(alone.p99_ms, disturbed.p99_ms, logins.rate))
        rig.clean()
    return effects


class _Logins:
    """Signs in LOGINS_PER_SECOND times a second, with as many threads that each sign in once a second."""

    def __init__(self, port: int, login: Endpoint) -> None:
        self.seconds = 0.0
        self._responses: list[bytes] = []
        self._port = port
        self._requests = itertools.cycle([request.encode(port) for request in login.requests])
        self._stop = threading.Event()
        self._failure: Failed | OSError | TimeoutError | None = None
        self._threads = [threading.Thread(target=self._sign_in, args=(n,)) for n in range(LOGINS_PER_SECOND)]

    @property
    def rate(self) -> float:
        return len(self._responses) / self.seconds

    def _sign_in(self, number: int) -> None:
        due = self._started + number / LOGINS_PER_SECOND
        while not self._stop.wait(max(0.0, due - time.perf_counter())):
            try:
                self._responses.append(fetch(next(self._requests), self._port))
            except (Failed, OSError, TimeoutError) as error:
                self._failure = error
                return
            due += 1.0

    def __enter__(self) -> "_Logins":
        self._started = time.perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.perf_counter() - self._started
        if self._failure is not None:
            raise Failed(f"A login failed: {self._failure}") from self._failure
