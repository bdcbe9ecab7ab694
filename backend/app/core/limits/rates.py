"""Limits of reads and writes for each user, counted in this process and shared with the others every second.

A sliding window of two minutes: those of the minute before count by the part of it that the last 60 seconds cover.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from app.core.clock import unix_ns
from app.core.limits.store import WINDOW_SECONDS, Minute, MinuteTotal
from app.core.limits.stores import stores
from app.core.limits.usage import Usage

logger = structlog.get_logger(__name__)

SYNC_SECONDS = 1.0
MAX_USERS = 100_000
MAX_BLOCKED = 10_000
_ROUNDING = 1e-6


class _Rate:
    __slots__ = ("count", "minute", "previous")

    def __init__(self, minute: int, previous: int) -> None:
        self.minute, self.previous, self.count = minute, previous, 0


class Rates:
    """`blocked` has until when a credential is refused, so that a refusal comes before the body is read.

    Credentials are hashes of headers, which can be large.
    """

    def __init__(self) -> None:
        self.blocked: dict[int, float] = {}
        self._rates: dict[tuple[uuid.UUID, str], _Rate] = {}
        self._pending: dict[Minute, int] = {}

    def use(self, user_id: uuid.UUID, kind: str, limit: int) -> Usage:
        """Count a request of the user, unless it is refused. `limit` is per minute."""
        minute, past = _now()
        rate = self._rates.get((user_id, kind))
        if rate is None or rate.minute != minute:
            rate = self._begin_minute(user_id, kind, minute, rate)
        used = rate.previous * (1 - past) + rate.count
        if used + 1 > limit + _ROUNDING:
            return Usage(kind, limit, 0, _wait(rate, past, limit), True)
        rate.count += 1
        key = Minute(user_id, kind, minute)
        self._pending[key] = self._pending.get(key, 0) + 1
        remaining = int(limit + _ROUNDING - used - 1)
        wait = _wait(rate, past, limit) if remaining == 0 else (1 - past) * WINDOW_SECONDS
        return Usage(kind, limit, remaining, wait, False)

    def block(self, credential: int, seconds: float) -> None:
        if len(self.blocked) >= MAX_BLOCKED:
            del self.blocked[next(iter(self.blocked))]  # the oldest
        self.blocked[credential] = unix_ns() / 1e9 + seconds

    def blocked_for(self, credential: int) -> float:
        """Return how many seconds the credential is still refused."""
        seconds = self.blocked.get(credential, 0.0) - unix_ns() / 1e9
        if seconds <= 0:
            self.blocked.pop(credential, None)
        return seconds

    def _begin_minute(self, user_id: uuid.UUID, kind: str, minute: int, last: _Rate | None) -> _Rate:
        if len(self._rates) >= MAX_USERS:
            self._rates.clear()
        previous = last.count if last is not None and last.minute == minute - 1 else 0
        rate = self._rates[user_id, kind] = _Rate(minute, previous)
        return rate

    async def sync(self) -> None:
        """Add the counts since the last call to those of the other processes, and learn the totals."""
        if not self._pending:
            return
        sent, self._pending = self._pending, {}
        for total in await stores.call(lambda store: store.add(sent)):
            self._learn(total)
        minute, _ = _now()
        self._rates = {key: rate for key, rate in self._rates.items() if rate.minute >= minute - 1}

    def _learn(self, total: MinuteTotal) -> None:
        of = total.of
        rate = self._rates.get((of.user_id, of.kind))
        if rate is None:
            return
        if rate.minute == of.minute:
            rate.count = total.used + self._pending.get(of, 0)
            rate.previous = max(rate.previous, total.previous)
        elif rate.minute == of.minute + 1:
            rate.previous = max(rate.previous, total.used)

    @asynccontextmanager
    async def syncing(self) -> AsyncIterator[None]:
        """Share the counts inside the block."""
        task = asyncio.create_task(self._sync_loop(), name="rate-limits")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _sync_loop(self) -> None:
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            try:
                await self.sync()
            except Exception:
                logger.exception("rates_not_shared")


def _now() -> tuple[int, float]:
    """Return the minute since 1970, and which part of it is past."""
    minute, nanoseconds = divmod(unix_ns(), WINDOW_SECONDS * 1_000_000_000)
    return minute, nanoseconds / (WINDOW_SECONDS * 1e9)


def _wait(rate: _Rate, past: float, limit: int) -> float:
    """Return the seconds until one more request is within the limit."""
    room = limit - 1 - rate.count
    if room >= 0 and rate.previous:
        return max(0.0, 1 - room / rate.previous - past) * WINDOW_SECONDS
    return (1 - past + max(0.0, 1 - (limit - 1) / max(rate.count, 1))) * WINDOW_SECONDS


rates = Rates()
