"""What a store of the limits does. There are three: the table, Redis, and this process's memory."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

FIRST_WAIT_SECONDS = 30
MAX_WAIT_SECONDS = 15 * 60
WINDOW_SECONDS = 60


class Hit(NamedTuple):
    is_refused: bool
    used: int
    """Requests in the window, with this one unless it was refused."""
    oldest: datetime
    """The request that leaves the window before the next one is accepted."""


class Attempt(NamedTuple):
    is_refused: bool
    free_at: datetime | None
    """When the next attempt is accepted. None: now."""


class Minute(NamedTuple):
    user_id: uuid.UUID
    kind: str
    minute: int


class MinuteTotal(NamedTuple):
    of: Minute
    used: int
    previous: int
    """Requests in the minute before."""


class Store(Protocol):
    """Counts atomically. `now` is the application's clock, so that all stores and tests use the same time."""

    errors: tuple[type[Exception], ...]
    """What it raises while it is down."""

    async def hit(self, key: str, limit: int, now: datetime) -> Hit:
        """Count a request, unless there are already `limit` in the last `WINDOW_SECONDS`."""
        ...

    async def attempt(self, key: str, free: int, now: datetime) -> Attempt:
        """Count an attempt as failed, unless it comes too early. After `free` of them, each has to wait."""
        ...

    async def clear(self, keys: Sequence[str]) -> None:
        """Forget the failed attempts."""
        ...

    async def add(self, counts: Mapping[Minute, int]) -> Collection[MinuteTotal]:
        """Add to the counts of users, and return the totals of all processes."""
        ...


def wait_seconds(failures: int, free: int) -> int:
    """Return how long the next attempt has to wait: 0, then 30 s, twice as long each time, and at most 15 minutes."""
    if failures < free:
        return 0
    return min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS << min(failures - free, 10))
