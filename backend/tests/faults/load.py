"""Constant load on a real API process, with a ledger of the writes that it acknowledged.

A write asks for the recovery of an address that nobody else uses: one transaction with a mail and a job. A read shows
the signed-in user. Requests start when they are due, whether or not earlier ones have a response.
"""

import asyncio
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from httpx2 import AsyncClient, HTTPError, Limits

from tests.auth.factories import Headers

LONG = os.environ.get("LONG_FAULTS") == "1"
"""Whether the faults last as long as docs/reliability.md says, instead of a few seconds."""
V1 = "/api/v1"


def seconds(short: float, long: float) -> float:
    return long if LONG else short


@dataclass
class Sent:
    is_write: bool
    started: float
    """Seconds on the clock of `time.monotonic()`, as for `ended`."""
    ended: float
    outcome: int | str
    """The status, or the name of the client's error."""

    @property
    def seconds(self) -> float:
        return self.ended - self.started


@dataclass
class Report:
    sent: list[Sent] = field(default_factory=list)
    attempted: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    without_retry_after: int = 0
    marks: list[int] = field(default_factory=list)

    def outcomes(
        self, *, writes: bool | None = None, after: float = 0, before: float = float("inf")
    ) -> Counter[object]:
        chosen = (each for each in self.sent if after <= each.started < before)
        return Counter(each.outcome for each in chosen if writes in (None, each.is_write))

    def p95(self) -> float:
        """Return the seconds that 95 % of the reads took at most."""
        reads = sorted(each.seconds for each in self.sent if not each.is_write)
        return reads[len(reads) * 95 // 100]

    @property
    def longest(self) -> float:
        return max(each.seconds for each in self.sent)

    def recovery(self, since: float) -> float:
        """Return the seconds from `since` to the first request that starts a second without failures."""
        failed = [each.started for each in self.sent if each.outcome != 200 and each.started >= since]
        return max(failed, default=since) - since


async def send(client: AsyncClient, report: Report, headers: Headers, *, is_write: bool, number: int) -> None:
    address = f"write-{number}-{time.monotonic_ns()}@example.com"
    started = time.monotonic()
    outcome: int | str
    try:
        if is_write:
            report.attempted.add(address)
            response = await client.post(f"{V1}/password-recovery/{address}")
        else:
            response = await client.get(f"{V1}/users/me", headers=headers)
        outcome = response.status_code
        if outcome == 200 and is_write:
            report.acknowledged.add(address)
        if outcome == 503 and not response.headers.get("retry-after"):
            report.without_retry_after += 1
    except HTTPError as error:
        outcome = type(error).__name__
    report.sent.append(Sent(is_write, started, time.monotonic(), outcome))


@asynccontextmanager
async def load(base_url: object, headers: Headers, *, per_second: float = 40) -> AsyncIterator[Report]:
    """Send requests while the block runs, then wait for all responses. Every second one is a write."""
    report, over = Report(), asyncio.Event()

    async def work() -> None:
        limits = Limits(max_connections=None, max_keepalive_connections=100)
        async with (
            AsyncClient(base_url=str(base_url), timeout=30, limits=limits, trust_env=False) as client,
            asyncio.TaskGroup() as group,
        ):
            begun = time.monotonic()
            for number in itertools.count():
                await asyncio.sleep(begun + number / per_second - time.monotonic())
                if over.is_set():
                    break
                group.create_task(send(client, report, headers, is_write=number % 2 == 0, number=number))

    working = asyncio.create_task(work())
    try:
        yield report
    finally:
        over.set()
        await working


def check_ledger(report: Report, url: str) -> None:
    """Each acknowledged write is there once, with its job; no other write is there twice."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        mails = Counter(row[0] for row in connection.execute("SELECT address FROM mails").fetchall())
        jobs = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'mail'").fetchone()
    assert report.acknowledged, "the ledger is empty, so it proves nothing"
    assert report.acknowledged - mails.keys() == set(), "acknowledged writes were lost"
    assert [address for address, count in mails.items() if count > 1] == []
    assert mails.keys() <= report.attempted
    assert jobs == (len(mails),)


def show(row: str, expected: str, **measured: object) -> None:
    """Print a row of docs/reliability.md; `pytest -s` shows it."""
    figures = ", ".join(
        f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}" for name, value in measured.items()
    )
    sys.stdout.write(f"\n| {row} | {expected} | {figures} |\n")


def only(outcomes: Iterable[object], *allowed: object) -> bool:
    return set(outcomes) <= set(allowed)


def resident_mib(pid: int) -> int:
    """Return the memory of a process, or 0 where there is no /proc."""
    file = Path(f"/proc/{pid}/statm")
    return (
        int(file.read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20 if file.exists() else 0
    )
