"""Measures endpoints in rounds, the application and the floor in turn, so that what disturbs one disturbs both."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.client import Failed, ask
from benchmarks.cpu import cpu_ns
from benchmarks.endpoints import Endpoint
from benchmarks.load import run_load
from benchmarks.rig import Rig, Server

WARM_UP_SECONDS = 0.5
LOGINS_PER_SECOND = 4
LEAST_LOGIN_SECONDS = 3.0
"""A dozen logins at least."""


@dataclass(frozen=True)
class Sample:
    """One endpoint of one server in one round. CPU in us for each request."""

    rps: float
    p50_ms: float
    p99_ms: float
    server_us: float
    postgres_us: float

    @property
    def total_us(self) -> float:
        return self.server_us + self.postgres_us


Samples = dict[tuple[str, str], list[Sample]]
"""By endpoint and server, one for each round."""


def check_answers(rig: Rig, endpoints: Sequence[Endpoint], app: Server, floor: Server) -> None:
    """Raises Failed unless both servers answer every request with the same bytes."""
    for endpoint in endpoints:
        for request in endpoint.requests:
            answers = [endpoint.comparable(ask(request.encode(each.port), each.port)) for each in (app, floor)]
            if answers[0] != answers[1]:
                raise Failed(
                    f"{request.method} {request.path}: the floor's answer is not the application's.\n"
                    f"application: {answers[0].decode()}\nfloor: {answers[1].decode()}"
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
    tell: Callable[[str], None],
) -> Samples:
    """Samples of every endpoint on every server. Each round starts with another server."""
    for endpoint in endpoints:
        for server in servers:
            tell(f"warming up: {endpoint.name}")
            take_sample(rig, server, endpoint, seconds=WARM_UP_SECONDS)
    samples: Samples = {(endpoint.name, server.name): [] for endpoint in endpoints for server in servers}
    for number in range(rounds):
        for endpoint in endpoints:
            for server in servers if number % 2 == 0 else servers[::-1]:
                tell(f"round {number + 1} of {rounds}: {endpoint.name}, {server.name}")
                sample = take_sample(rig, server, endpoint, seconds=seconds)
                samples[endpoint.name, server.name].append(sample)
    return samples


@dataclass(frozen=True)
class LoginEffect:
    """p99 of an endpoint in ms in one round, alone and while others sign in, and how many did each second."""

    alone_ms: float
    with_logins_ms: float
    logins_per_second: float


def measure_login_effect(
    rig: Rig, server: Server, endpoint: Endpoint, login: Endpoint, *, rounds: int, seconds: float
) -> list[LoginEffect]:
    effects = []
    seconds = max(seconds, LEAST_LOGIN_SECONDS)
    for _ in range(rounds):
        alone = run_load(endpoint, server.port, seconds=seconds)
        with _Logins(server.port, login) as logins:
            disturbed = run_load(endpoint, server.port, seconds=seconds)
        effects.append(LoginEffect(alone.p99_ms, disturbed.p99_ms, logins.rate))
        rig.clean()
    return effects


class _Logins:
    """Signs in LOGINS_PER_SECOND times a second: as many threads, each with one login a second, evenly spread."""

    def __init__(self, port: int, login: Endpoint) -> None:
        self.seconds = 0.0
        self._answers: list[bytes] = []
        self._port = port
        self._requests = itertools.cycle([request.encode(port) for request in login.requests])
        self._ended = threading.Event()
        self._failure: Failed | OSError | TimeoutError | None = None
        self._threads = [threading.Thread(target=self._sign_in, args=(n,)) for n in range(LOGINS_PER_SECOND)]

    @property
    def rate(self) -> float:
        return len(self._answers) / self.seconds

    def _sign_in(self, number: int) -> None:
        due = self._started + number / LOGINS_PER_SECOND
        while not self._ended.wait(max(0.0, due - time.perf_counter())):
            try:
                self._answers.append(ask(next(self._requests), self._port))
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
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.perf_counter() - self._started
        if self._failure is not None:
            raise Failed(f"A login failed: {self._failure}") from self._failure
