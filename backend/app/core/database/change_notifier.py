"""Notifies every listening process (`core/runtime/change_listener.py`) of the changes that this one committed.

A trigger reports which rows a statement changed (`notify_changes` in `core/migrations/steps.py`). By default it
runs NOTIFY in the same transaction. On connections that request it, it raises a notice instead, and this module runs
NOTIFY in its own transaction after the commit. The reason: PostgreSQL has a single lock for notifications and holds it
until the commit is on disk, so transactions that run NOTIFY would commit one after the other.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection
from sqlalchemy import ARRAY, Connection, String, bindparam, event, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.database.statements import Source, Statement

logger = structlog.get_logger(__name__)

CHANNEL = "changes"
SQLSTATE = "01CHG"
REQUEST_NOTICES = "SET app.announce = 'notice'"
MAX_OWNERS = 100
"""A payload holds 8,000 bytes. With more owners it lists none, which notifies all subscribers."""
PAUSE_SECONDS = 0.02
"""Changes committed within this time share one notification."""
RETRY_SECONDS = 1.0
SHUTDOWN_SECONDS = 2.0

# synchronous_commit is off because a crash of the server loses nothing: listeners refetch everything after a reconnect.
_NOTIFY = Statement(
    select(
        func.set_config("synchronous_commit", "off", True),
        func.pg_notify(CHANNEL, func.unnest(bindparam("messages", type_=ARRAY(String)))),
    )
)

Owners = set[str] | None


class ChangeNotifier:
    """Committed changes that are still to be sent: the owners per topic, or None for all subscribers."""

    def __init__(self) -> None:
        self._pending: dict[str | None, Owners] = {}
        self._woken = asyncio.Event()

    def add(self, notices: list[str]) -> None:
        """Move a connection's notices into the pending changes. Call it after the commit."""
        for notice in notices:
            change = json.loads(notice)
            self._merge(change["topic"], change["owners"])
        notices.clear()
        self._woken.set()

    def _merge(self, topic: str | None, owners: Iterable[str] | None) -> None:
        known = self._pending.setdefault(topic, set())
        merged = None if known is None or owners is None else known | set(owners)
        self._pending[topic] = merged if merged is None or len(merged) <= MAX_OWNERS else None

    @asynccontextmanager
    async def sending(self, source: Source) -> AsyncIterator[None]:
        """Send pending changes in the background. On exit, send the last ones within `SHUTDOWN_SECONDS`."""
        task = asyncio.create_task(self._send_loop(source), name="change-notifier")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            try:
                await asyncio.wait_for(self._send(source), SHUTDOWN_SECONDS)
            except (psycopg.Error, TimeoutError) as error:
                logger.warning("change_notification_lost", error=type(error).__name__)

    async def _send_loop(self, source: Source) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._send(source)
            except psycopg.Error as error:
                logger.warning("change_notification_delayed", error=type(error).__name__)
                self._woken.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _send(self, source: Source) -> None:
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        try:
            await source.fetch(_NOTIFY, _NOTIFY.values({"messages": [*map(_message, pending.items())]}))
        except BaseException:
            for topic, owners in pending.items():
                self._merge(topic, owners)
            raise


def _message(change: tuple[str | None, Owners]) -> str:
    topic, owners = change
    return json.dumps({"topic": topic, "owners": None if owners is None else sorted(owners)})


def collect_notices(connection: AsyncConnection[Any]) -> list[str]:
    """Return a list that receives the change notices of the connection from now on."""
    notices: list[str] = []

    def collect(notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate == SQLSTATE and notice.message_primary:
            notices.append(notice.message_primary)

    connection.add_notice_handler(collect)
    return notices


def notify_commits_of(engine: AsyncEngine) -> None:
    """Notify after each commit on the engine's connections. Call it before the engine opens the first one."""
    event.listen(engine.sync_engine, "connect", _request_notices)
    event.listen(engine.sync_engine, "rollback", _discard_notices)
    event.listen(engine.sync_engine, "checkin", _add_to_pending)


def _request_notices(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(REQUEST_NOTICES)
    cursor.close()
    connection.commit()
    record.info[SQLSTATE] = collect_notices(connection.driver_connection)


def _discard_notices(connection: Connection) -> None:
    if not (connection.closed or connection.invalidated):
        connection.info[SQLSTATE].clear()


def _add_to_pending(_: Any, record: Any) -> None:
    if notices := record.info.get(SQLSTATE):
        change_notifier.add(notices)


change_notifier = ChangeNotifier()
