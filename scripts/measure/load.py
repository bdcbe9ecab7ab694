"""Constant load on a whole stack, through its proxy: what failed, how long it took, and whether a write was lost."""

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
# What goes wrong after the last step still counts.
SETTLE_SECONDS = 2.0
# So many that hardly ever two writes wait for the same row.
WRITTEN_USERS = 50


@dataclass
class Report:
    """Of one run. Times are in milliseconds."""

    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    """How many changes of each user were asked for, answered or not."""
    acknowledged: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The versions of each user that were answered with success. Each change makes the next version."""
    lost: set[str] = field(default_factory=set)
    """Users who never got to an acknowledged version, or whom two changes brought to the same one."""
    repeated: set[str] = field(default_factory=set)
    """Users who were changed more often than was asked for."""

    @property
    def writes(self) -> int:
        """How many were acknowledged."""
        return sum(map(len, self.acknowledged.values()))

    def close(self, versions: Mapping[str, int]) -> None:
        """Compare with what the users have become. They began with version 1."""
        for user, version in versions.items():
            answered = self.acknowledged[user]
            if len(set(answered)) < len(answered) or max(answered, default=1) > version:
                self.lost.add(user)
            if version - 1 > self.sent[user]:
                self.repeated.add(user)

    def __str__(self) -> str:
        times = sorted(self.latencies)
        p50, p99 = (times[min(len(times) - 1, len(times) * percent // 100)] for percent in (50, 99))
        return (
            f"{len(times)} requests, {len(self.failures)} failed, p50 {p50:.0f} ms, p99 {p99:.0f} ms, "
            f"max {times[-1]:.0f} ms; {self.writes} writes acknowledged; users with a lost one: {len(self.lost)}, "
            f"with one done twice: {len(self.repeated)}"
        )


class Door:
    """The way in: one client that keeps its connections, and one that opens a new one for each request."""

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
        """To this machine's port, under the name of the stack."""
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
        answer = await self.request(self.keeping, "POST", "/api/v1/login/access-token", data=form)
        self._authorization = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    async def make_users(self, run: str) -> list[str]:
        """Ids of new users, who can be told from those of other runs."""
        made = []
        for number in range(WRITTEN_USERS):
            user = {"email": f"{number}@{run}.example.com", "password": secrets.token_hex(16)}
            answer = await self.request(self.keeping, "POST", "/api/v1/users/", json=user)
            made.append(answer.raise_for_status().json()["id"])
        return made

    async def versions(self, users: list[str]) -> dict[str, int]:
        found = {}
        for user in users:
            answer = await self.request(self.keeping, "GET", f"/api/v1/users/{user}")
            found[user] = answer.raise_for_status().json()["version"]
        return found


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[Door]:
    door = Door(server)
    async with door.keeping, door.opening:
        await door.sign_in()
        yield door


@contextmanager
def load(server: Server, *, per_second: float = 40) -> Iterator[Report]:
    """Send requests until the block ends; then the report is complete. Yields when they begin.

    Half of them on kept connections and half on new ones; half are writes, the others lists and pages. A request begins
    when it is due, whether or not those before it have been answered.
    """
    report, begun, over = Report(), threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(_send(server, per_second, report, begun.set, over.is_set))
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            errors.append(error)
        finally:
            begun.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    begun.wait()  # ends with the thread at the latest, and each of its requests does
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
    async with opened(server) as door:
        users = await door.make_users(uuid.uuid4().hex)
        begun = time.monotonic()
        say_begun()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                if is_over():
                    break
                await asyncio.sleep(begun + number / per_second - time.monotonic())
                group.create_task(_one(door, number, users[number % len(users)], report))
        report.close(await door.versions(users))


async def _one(door: Door, number: int, user: str, report: Report) -> None:
    client = (door.keeping, door.opening)[number % 2]
    kind = ("list", "write", "page", "write")[number // 2 % 4]
    begun = time.perf_counter()
    try:
        if kind == "list":
            answer = await door.request(client, "GET", "/api/v1/users/?limit=10")
        elif kind == "page":
            answer = await door.request(client, "GET", "/settings", host="dashboard")
        else:
            report.sent[user] += 1
            change = {"full_name": f"User {number}"}
            answer = await door.request(client, "PATCH", f"/api/v1/users/{user}", json=change)
        if not answer.is_success:
            report.failures.append(f"{time.strftime('%X')} {kind}: {answer.status_code} {answer.text[:200]}")
        elif kind == "write":
            report.acknowledged[user].append(answer.json()["version"])
    except httpx2.HTTPError as error:
        report.failures.append(f"{time.strftime('%X')} {kind}: {type(error).__name__} {error}")
    report.latencies.append((time.perf_counter() - begun) * 1000)
