"""Constant load on a whole stack, through its proxy: what failed, how long it took, and whether a write was lost."""

import asyncio
import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import httpx2

from dev.server import EMAIL, Server, unverified

REQUEST_SECONDS = 30.0
# What goes wrong after the last step still counts.
SETTLE_SECONDS = 2.0


@dataclass
class Report:
    """Of one run. Times are in milliseconds."""

    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    """Titles of the items whose creation was answered with success."""
    lost: set[str] = field(default_factory=set)
    """Those of them that are not there afterwards."""
    repeated: set[str] = field(default_factory=set)
    """Titles that one request made more than one item of."""

    def __str__(self) -> str:
        times = sorted(self.latencies)
        p50, p99 = (times[min(len(times) - 1, len(times) * percent // 100)] for percent in (50, 99))
        return (
            f"{len(times)} requests, {len(self.failures)} failed, p50 {p50:.0f} ms, p99 {p99:.0f} ms, "
            f"max {times[-1]:.0f} ms; {len(self.acknowledged)} writes acknowledged, {len(self.lost)} lost, "
            f"{len(self.repeated)} done twice"
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

    async def titles(self, run: str) -> Counter[str]:
        """How often there is an item with each of the run's titles."""
        found: Counter[str] = Counter()
        cursor = ""
        while True:
            path = f"/api/v1/items/?limit=100&q={run}{cursor and f'&cursor={cursor}'}"
            page = (await self.request(self.keeping, "GET", path)).raise_for_status().json()
            found.update(item["title"] for item in page["data"])
            if not page["pagination"]["next_cursor"]:
                return found
            cursor = page["pagination"]["next_cursor"]


@asynccontextmanager
async def opened(server: Server) -> AsyncIterator[Door]:
    door = Door(server)
    async with door.keeping, door.opening:
        await door.sign_in()
        yield door


@contextmanager
def load(server: Server, *, per_second: float = 40) -> Iterator[Report]:
    """Send requests until the block ends; then the report is complete.

    Half of them on kept connections and half on new ones; half are writes, the others lists and pages. A request begins
    when it is due, whether or not those before it have been answered.
    """
    report, over = Report(), threading.Event()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(_send(server, per_second, report, over.is_set))
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield report
        time.sleep(SETTLE_SECONDS)
    finally:
        over.set()
        thread.join(timeout=REQUEST_SECONDS * 3)
    if errors:
        raise errors[0]


async def _send(server: Server, per_second: float, report: Report, is_over: Callable[[], bool]) -> None:
    run = uuid.uuid4().hex
    async with opened(server) as door:
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                if is_over():
                    break
                await asyncio.sleep(begun + number / per_second - time.monotonic())
                group.create_task(_one(door, number, run, report))
        stored = await door.titles(run)
    report.lost = report.acknowledged - set(stored)
    report.repeated = {title for title, times in stored.items() if times > 1}


async def _one(door: Door, number: int, run: str, report: Report) -> None:
    client = (door.keeping, door.opening)[number % 2]
    kind, title = ("list", "write", "page", "write")[number // 2 % 4], f"{run} {number}"
    begun = time.perf_counter()
    try:
        if kind == "list":
            answer = await door.request(client, "GET", "/api/v1/items/?limit=10")
        elif kind == "page":
            answer = await door.request(client, "GET", "/items", host="dashboard")
        else:
            answer = await door.request(client, "POST", "/api/v1/items/", json={"title": title})
        if not answer.is_success:
            report.failures.append(f"{time.strftime('%X')} {kind}: {answer.status_code} {answer.text[:200]}")
        elif kind == "write":
            report.acknowledged.add(title)
    except httpx2.HTTPError as error:
        report.failures.append(f"{time.strftime('%X')} {kind}: {type(error).__name__} {error}")
    report.latencies.append((time.perf_counter() - begun) * 1000)
