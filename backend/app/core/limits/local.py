"""The limits in this process's memory, for the time in which no shared store responds."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from app.core.limits.store import WINDOW_SECONDS, Attempt, Hit, Minute, MinuteTotal, wait_seconds

MAX_KEYS = 10_000
_ValueT = TypeVar("_ValueT")


class LocalStore:
    errors: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._hits: OrderedDict[str, list[datetime]] = OrderedDict()
        self._failures: OrderedDict[str, tuple[int, datetime | None]] = OrderedDict()

    async def hit(self, key: str, limit: int, now: datetime) -> Hit:
        start = now - timedelta(seconds=WINDOW_SECONDS)
        hits = [hit for hit in self._hits.get(key, ()) if hit > start]
        is_refused = len(hits) >= limit
        if not is_refused:
            hits.append(now)
        _keep(self._hits, key, hits)
        return Hit(is_refused, len(hits), hits[max(len(hits) - limit, 0)])

    async def attempt(self, key: str, free: int, now: datetime) -> Attempt:
        failures, free_at = self._failures.get(key, (0, None))
        if free_at is not None and free_at > now:
            return Attempt(True, free_at)
        wait = wait_seconds(failures + 1, free)
        free_at = now + timedelta(seconds=wait) if wait else None
        _keep(self._failures, key, (failures + 1, free_at))
        return Attempt(False, free_at)

    async def clear(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._failures.pop(key, None)

    async def add(self, counts: Mapping[Minute, int]) -> Collection[MinuteTotal]:
        return ()


def _keep(values: "OrderedDict[str, _ValueT]", key: str, value: _ValueT) -> None:
    """Store the value. The one that was unused for longest makes room."""
    values[key] = value
    values.move_to_end(key)
    if len(values) > MAX_KEYS:
        values.popitem(last=False)
