"""The keys that this process knows. A known token costs nothing here, and no request waits for the regular reload."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import structlog

from app.core.clock import utc_now
from app.core.errors import Unavailable
from app.core.security.key_material import SigningKey

logger = structlog.get_logger(__name__)

RELOAD_SECONDS = 60.0
"""A new key must be published for longer than this before it signs."""
SPACING_SECONDS = 2.0
"""Strangers can send tokens with unknown key ids: no process reads the keys more often than this."""
_RETRY_SECONDS = 2.0
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class TimedKey:
    """A key with its times. It verifies from its creation on."""

    key: SigningKey
    signs_from: datetime = _ALWAYS
    retires_at: datetime | None = None

    def verifies_at(self, moment: datetime) -> bool:
        return self.retires_at is None or moment < self.retires_at


class KeyRing:
    """Keys that `load` reads. `on_change` is called when a key has been added or removed."""

    def __init__(self, load: Callable[[], Awaitable[Sequence[TimedKey]]], on_change: Callable[[], None]) -> None:
        self._load = load
        self._on_change = on_change
        self._keys: dict[str, TimedKey] = {}
        self.is_fixed = False
        self._lock = asyncio.Lock()
        self._began_at = float("-inf")
        self._failed = False

    def use(self, keys: Sequence[SigningKey]) -> None:
        """Use these keys for good. The first one signs."""
        self.is_fixed = True
        self._replace([TimedKey(key) for key in keys])

    def signing_key(self) -> SigningKey:
        """Return the newest key that already signs. Raises `Unavailable` before the keys were loaded."""
        now = utc_now()
        own = [each for each in self._keys.values() if each.key.private is not None and each.verifies_at(now)]
        if not own:
            raise Unavailable
        # If the clock is behind that of the process which created the first key, no key signs yet.
        ready = [each for each in own if each.signs_from <= now] or [min(own, key=lambda each: each.signs_from)]
        return max(ready, key=lambda each: each.signs_from).key

    def find(self, key_id: object) -> SigningKey | None:
        found = self._keys.get(key_id) if isinstance(key_id, str) else None
        return found.key if found and found.verifies_at(utc_now()) else None

    def published(self) -> list[SigningKey]:
        """Return the keys that verify tokens now, including one that does not sign yet."""
        now = utc_now()
        return [each.key for each in self._keys.values() if each.verifies_at(now)]

    @property
    def is_loaded(self) -> bool:
        return bool(self._keys)

    async def reload(self) -> None:
        """Read the keys as they are now or later. Raises `Unavailable` if that fails.

        Concurrent callers share one read, which begins at least `SPACING_SECONDS` after the one before.
        """
        if self.is_fixed:
            return
        called_at = monotonic()
        async with self._lock:
            if self._began_at < called_at:  # else a read has begun since the call
                if self._keys:
                    await asyncio.sleep(self._began_at + SPACING_SECONDS - monotonic())
                self._began_at = monotonic()
                await self._read()
        if self._failed:
            raise Unavailable

    async def _read(self) -> None:
        self._failed = True
        try:
            keys = await self._load()
        except Exception as error:  # noqa: BLE001 - of the database, the pool or a timeout
            # Known keys stay in use: a database that cannot be reached refuses all requests anyway.
            logger.warning("signing_keys_not_loaded", error=type(error).__name__)
            return
        self._failed = False
        self._replace(keys)

    def _replace(self, keys: Sequence[TimedKey]) -> None:
        now = utc_now()
        found = {each.key.id: each for each in keys if each.verifies_at(now)}
        has_changed = found.keys() != self._keys.keys()
        self._keys = found
        if has_changed:
            self._on_change()

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """Load the keys and reload them regularly. Does not wait for the database."""
        task = asyncio.create_task(self._reload_regularly(), name="signing-keys")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _reload_regularly(self) -> None:
        while not self.is_fixed:
            try:
                await self.reload()
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                await asyncio.sleep(RELOAD_SECONDS)
