"""Tells open streams that rows have changed, in whichever process or program that happened.

A committed change is announced by NOTIFY (`core/database/change_notifier.py`). Each process hears it on
one connection and wakes the subscribers whose owner is concerned, and those who may see everybody's rows.
"""

import asyncio
import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection

from app.core.database.change_notifier import CHANNEL
from app.core.database.engine import ENGINE_OPTIONS
from app.core.errors import TooManyRequests, Unavailable
from app.core.runtime.shutdown import at_first_signal
from app.core.settings import settings

logger = structlog.get_logger(__name__)

EVERYTHING = "*"
"""The topic of a change that nobody has heard of, because the connection was lost meanwhile."""
SUBSCRIBERS_PER_OWNER = 10
FIRST_DELAY, LAST_DELAY = 0.1, 5.0


class Subscriber:
    """What somebody has not been told yet. A topic counts once, however often it changes before he looks."""

    def __init__(self, owner_id: str) -> None:
        self.owner_id = owner_id
        self.sees_all = False
        self.closed = False
        self._own: set[str] = set()
        self._others: set[str] = set()
        self._woken = asyncio.Event()

    def add(self, topic: str | None, *, own: bool) -> None:
        """Without a topic there is nothing to tell, but a reason to see whether he may read on."""
        if topic is not None:
            (self._own if own else self._others).add(topic)
        self._woken.set()

    def close(self) -> None:
        self.closed = True
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Whether something came within the time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        return self._woken.is_set()

    def take(self) -> tuple[set[str], set[str]]:
        """The topics in which his own rows changed, and those in which others' did."""
        taken = self._own, self._others
        self._own, self._others = set(), set()
        self._woken.clear()
        return taken

    def put_back(self, taken: tuple[set[str], set[str]]) -> None:
        self._own |= taken[0]
        self._others |= taken[1]
        self._woken.set()


class ChangeListener:
    """The subscribers of this process."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[Subscriber]] = defaultdict(set)
        self._closed = False

    @contextmanager
    def subscribe(self, owner_id: str) -> Iterator[Subscriber]:
        """Raises `TooManyRequests` when the owner has too many already, `Unavailable` at the end of the process."""
        if self._closed:
            raise Unavailable
        if len(self._subscribers.get(owner_id, ())) >= SUBSCRIBERS_PER_OWNER:
            raise TooManyRequests("Too many open streams. Close one first.")
        subscriber = Subscriber(owner_id)
        self._subscribers[owner_id].add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers[owner_id].discard(subscriber)
            if not self._subscribers[owner_id]:
                del self._subscribers[owner_id]

    def publish(self, topic: str | None, owners: list[str] | None = None) -> None:
        """Without owners everybody is told to look again."""
        if owners is None:
            for subscriber in self._all():
                subscriber.add(topic, own=True)
            return
        for owner_id in owners:
            for subscriber in self._subscribers.get(owner_id, ()):
                subscriber.add(topic, own=True)
        for subscriber in self._all():
            if subscriber.sees_all:
                subscriber.add(topic, own=False)

    def close(self) -> None:
        """Ends all streams, for good."""
        self._closed = True
        for subscriber in self._all():
            subscriber.close()

    def _all(self) -> list[Subscriber]:
        return [subscriber for subscribers in self._subscribers.values() for subscriber in subscribers]

    @asynccontextmanager
    async def listening(self, url: str = settings.database_direct_url) -> AsyncIterator[None]:
        """Waits for no connection: a database that is late must not stop the start."""
        self._closed = False
        task = asyncio.create_task(self._listen(url.replace("+psycopg", "", 1)), name="change-listener")
        try:
            with at_first_signal(self.close):
                yield
        finally:
            self.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, url: str) -> None:
        delay = FIRST_DELAY
        while True:
            try:
                async with await AsyncConnection.connect(url, autocommit=True, **_options()) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    delay = FIRST_DELAY
                    self.publish(EVERYTHING)
                    async for notice in connection.notifies():
                        self._hear(notice.payload)
            except psycopg.Error as error:
                logger.warning("changes_connection_lost", error=type(error).__name__)
            # Not all processes at once.
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311
            delay = min(delay * 2, LAST_DELAY)

    def _hear(self, payload: str) -> None:
        try:
            change = json.loads(payload)
            self.publish(change["topic"], change["owners"])
        except (ValueError, KeyError, TypeError):
            logger.error("change_not_understood")  # whoever may connect may NOTIFY


def _options() -> dict[str, Any]:
    """Those of the pools. Nothing is ever sent on this connection, so only keep-alives find out that it is dead."""
    name = f"{settings.PROJECT_NAME[:50]} changes"
    return {**ENGINE_OPTIONS["connect_args"], "application_name": name, "keepalives_interval": 5, "keepalives_count": 2}


change_listener = ChangeListener()
