"""Constant load on a whole stack through its proxy: counts failures, latencies and lost writes."""

import asyncio
import itertools
import secrets
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import httpx2

from scripts.measure.docker_stack import EMAIL, Server, unverified

REQUEST_SECONDS = 30.0
# Failures shortly after the last step still count.
SETTLE_SECONDS = 2.0
# Enough that two writes rarely wait for the same row.
WRITTEN_USERS = 20


@dataclass
class Report:
    """The results of one run. Times are in milliseconds."""

    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    """Number of changes sent for each user, with or without a response."""
    acknowledged: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Versions of each user in successful responses. Each change increments the version."""
    lost: set[str] = field(default_factory=set)
    """Users who never reached an acknowledged version, or got the same version from two changes."""
    repeated: set[str] = field(default_factory=set)
    """Users who were changed more often than requested."""

    @property
    def writes(self) -> int:
        """Number of acknowledged writes."""
        return sum(map(len, self.acknowledged.values()))

    def close(self, versions: Mapping[str, int]) -> None:
        """Compare with the users' final versions. They started at version 1."""
        for user, version in versions.items():
            seen = self.acknowledged[user]
            if len(set(seen)) < len(seen) or max(seen, default=1) > version:
                self.lost.add(user)
            if version - 1 > self.sent[user]:
                self.repeated.add(user)

    def __str__(self) -> str:
        times = sorted(self.latencies)
        p50, p99 = (times[min(len(times) - 1, len(times) * percent // 100)] for percent in (50, 99))
        return (
            f"{len(times)} requests, {len(self.failures)} failed, p50 {p50:.0f} ms, p99 {p99:.0f} ms, "
            f"max {times[-1]:.0f} ms; {self.writes} writes acknowledged; users with a lost write: {len(self.lost)}, "
            f"with a repeated write: {len(self.repeated)}"
        )


class Clients:
    """Two HTTP clients: `keeping` reuses its connections, `opening` opens a new one for each request."""

    def __init__(self, server: Server) -> None:
        self._port, self._domain, self._password = server.port(), server.domain, server.password
        context = unverified()
        self.keeping = httpx2.AsyncClient(verify=context, timeout=REQUEST_SECONDS, trust_env=False)
        none_kept = httpx2.Limits(max_keepalive_connections=0)
        self.opening = httpx2.AsyncClient(verify=context, timeout=REQUEST_SECONDS, trust_env=False, limits=none_kept)
        self._authorization: dict[str, str] = {}

    async def request(
        self, client: httpx2.AsyncClient, method: str, path: str, *, host: str = "api", **options: object
    ) -> httpx2.Response:
        """Send a request to the stack's port on this machine, with the stack's host name."""
        name = f"{host}.{self._domain}"
        request = client.build_request(
            method,
            f"https://127.0.0.1:{self._port}{path}",
            headers={"Host": name, **self._authorization},
            extensions={"sni_hostname": name},
            **options,  # type: ignore[arg-type]
        )
        return await client.send(request)

    async def sign_in(self) -> None:
        form = {"username": EMAIL, "password": self._password}
        response = await self.request(self.keeping, "POST", "/api/v1/login/access-token", data=form)
        self._authorization = {"Authorization": f"Bearer {response.raise_for_status().json()['access_token']}"}

    async def create_users(self, run: str) -> list[str]:
        """Create users with unique addresses for this run, and return their ids."""
        created = []
        for number in range(WRITTEN_USERS):
            user = {"email": f"{number}@{run}.example.com", "password": secrets.token_hex(16)}
            response = await self.request(self.keeping, "POST", "/api/v1/users/", json=user)
            created.append(response.raise_for_status().json()["id"])
        return created

    async def versions(self, users: list[str]) -> dict[str, int]:
        found = {}
        for user in users:
            response = await self.request(self.keeping, "GET", f"/api/v1/users/{user}")
            found[user] = response.raise_for_status().json()["version"]
        return found


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[Clients]:
    clients = Clients(server)
    async with clients.keeping, clients.opening:
        await clients.sign_in()
        yield clients


@contextmanager
def load(server: Server, *, per_second: float = 40) -> Iterator[Report]:
    """Send requests while the block runs. The report is complete after the block.

    Half of the requests reuse a connection, half open a new one; half are writes, the others lists and pages.
    Each request starts when it is due, even if earlier ones have no response yet.
    """
    report, begun, over = Report(), threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(_send(server, per_second, report, begun.set, over.is_set))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            errors.append(error)
        finally:
            begun.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    begun.wait()  # returns at the latest when the thread ends; all its requests have a timeout
    try:
        if not errors:
            yield report
            time.sleep(SETTLE_SECONDS)
    finally:
        over.set()
        thread.join(timeout=REQUEST_SECONDS * 3)
    if errors:
        raise errors[0]


async def _send(
    server: Server, per_second: float, report: Report, say_begun: Callable[[], None], is_over: Callable[[], bool]
) -> None:
    async with opened(server) as clients:
        users = await clients.create_users(uuid.uuid4().hex)
        begun = time.monotonic()
        say_begun()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                if is_over():
                    break
                await asyncio.sleep(begun + number / per_second - time.monotonic())
                group.create_task(_send_one(clients, number, users[number % len(users)], report))
        report.close(await clients.versions(users))


async def _send_one(clients: Clients, number: int, user: str, report: Report) -> None:
    client = (clients.keeping, clients.opening)[number % 2]
    kind = ("list", "write", "page", "write")[number // 2 % 4]
    begun = time.perf_counter()
    try:
        if kind == "list":
            response = await clients.request(client, "GET", "/api/v1/users/?limit=10")
        elif kind == "page":
            response = await clients.request(client, "GET", "/settings", host="dashboard")
        else:
            report.sent[user] += 1
            change = {"full_name": f"User {number}"}
            response = await clients.request(client, "PATCH", f"/api/v1/users/{user}", json=change)
        if not response.is_success:
            report.failures.append(f"{time.strftime('%X')} {kind}: {response.status_code} {response.text[:200]}")
        elif kind == "write":
            report.acknowledged[user].append(response.json()["version"])
    except httpx2.HTTPError as error:
        report.failures.append(f"{time.strftime('%X')} {kind}: {type(error).__name__} {error}")
    report.latencies.append((time.perf_counter() - begun) * 1000)
