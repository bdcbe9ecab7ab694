"""Listens for committed changes and publishes them to the open event streams of this process.

Each process listens on one connection for the notifications of `core/database/change_notifier.py` and of other
programs. It wakes the subscribers of the rows' owners and those that can see all rows.
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
from app.core.database.replica import Replica
from app.core.database.session import autocommit_session
from app.core.errors import TooManyRequests, Unavailable
from app.core.runtime.shutdown import on_shutdown_signal
from app.core.settings import settings

logger = structlog.get_logger(__name__)

EVERYTHING = "*"
"""Topic published after a (re)connect: changes may have been missed, so clients refetch everything."""
SUBSCRIBERS_PER_OWNER = 10
FIRST_DELAY, LAST_DELAY = 0.1, 5.0


class Subscriber:
    """The topics that one stream has not sent yet. Several changes of a topic before the next `take` count as one."""

    def __init__(self, owner_id: str) -> None:
        self.owner_id = owner_id
        self.sees_all = False
        self.closed = False
        self._own: set[str] = set()
        self._others: set[str] = set()
        self._wake = asyncio.Event()

    def add(self, topic: str | None, *, own: bool) -> None:
        """Add a topic. A `None` topic carries no event; it makes the stream re-check its permissions."""
        if topic is not None:
            (self._own if own else self._others).add(topic)
        self._wake.set()

    def close(self) -> None:
        self.closed = True
        self._wake.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for a topic, a permission check or the end; return False after `seconds` without one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        return self._wake.is_set()

    def take(self) -> tuple[set[str], set[str]]:
        """Remove and return the topics of the subscriber's own rows and those of other users' rows."""
        taken = self._own, self._others
        self._own, self._others = set(), set()
        self._wake.clear()
        return taken

    def put_back(self, taken: tuple[set[str], set[str]]) -> None:
        self._own |= taken[0]
        self._others |= taken[1]
        self._wake.set()


class ChangeListener:
    """The process's connection that listens for changes, and its subscribers."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[Subscriber]] = defaultdict(set)
        self._closed = False
        self._held: list[tuple[str, list[str] | None]] = []
        self._publishing: asyncio.Task[None] | None = None

    @contextmanager
    def subscribe(self, owner_id: str) -> Iterator[Subscriber]:
        """Register a subscriber. Raises `TooManyRequests` at the limit per owner, and `Unavailable` during shutdown."""
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
        """Add a topic to the subscribers of the owners and to those that see all rows; without owners, to everyone."""
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
        """End all streams and accept no new ones."""
        self._closed = True
        for subscriber in self._all():
            subscriber.close()

    def _all(self) -> list[Subscriber]:
        return [subscriber for subscribers in self._subscribers.values() for subscriber in subscribers]

    @asynccontextmanager
    async def listening(self, url: str = settings.database_direct_url) -> AsyncIterator[None]:
        """Listen in the background. Does not wait for a connection, so the process starts even without the database."""
        self._closed = False
        task = asyncio.create_task(self._listen(url.replace("+psycopg", "", 1)), name="change-listener")
        try:
            with on_shutdown_signal(self.close):
                yield
        finally:
            self.close()
            tasks = [task, *([self._publishing] if self._publishing else [])]
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._held.clear()

    async def _listen(self, url: str) -> None:
        delay = FIRST_DELAY
        while True:
            try:
                async with await AsyncConnection.connect(url, autocommit=True, **_options()) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    delay = FIRST_DELAY
                    self._publish_when_replicated(EVERYTHING)
                    async for notification in connection.notifies():
                        self._publish_payload(notification.payload)
            except psycopg.Error as error:
                logger.warning("change_listener_disconnected", error=type(error).__name__)
            # The jitter keeps the processes from reconnecting simultaneously.
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311
            delay = min(delay * 2, LAST_DELAY)

    def _publish_when_replicated(self, topic: str | None, owners: list[str] | None = None) -> None:
        """Publish, but not before the replica has the change: a client that refetched earlier would keep the old rows.

        A permission check does not wait.
        """
        replica = vars(autocommit_session).get("source")
        if topic is None or not isinstance(replica, Replica):
            self.publish(topic, owners)
            return
        self._held.append((topic, owners))
        if len(self._held) == 1:
            self._publishing = asyncio.create_task(self._publish_held(replica), name="replicated-changes")

    async def _publish_held(self, replica: Replica) -> None:
        while count := len(self._held):
            await replica.catch_up()
            held, self._held = self._held[:count], self._held[count:]
            for topic, owners in held:
                self.publish(topic, owners)

    def _publish_payload(self, payload: str) -> None:
        try:
            change = json.loads(payload)
            self._publish_when_replicated(change["topic"], change["owners"])
        except (ValueError, KeyError, TypeError):
            logger.error("invalid_change_notification")  # any role that can connect can run NOTIFY


def _options() -> dict[str, Any]:
    """Return the pools' options, with shorter keep-alives: this idle connection has no other way to detect a loss."""
    name = f"{settings.PROJECT_NAME[:50]} changes"
    return {**ENGINE_OPTIONS["connect_args"], "application_name": name, "keepalives_interval": 5, "keepalives_count": 2}


change_listener = ChangeListener()
