"""Sends the changes that this process committed to every process that listens (`core/runtime/change_listener.py`).

A trigger reports what a statement changed (`notify_changes` in `core/migrations/operations.py`): by NOTIFY in the same
transaction, or by a notice if the connection requests it. Then this module notifies, in a transaction of its own
after the commit. PostgreSQL has one lock for all notifications and holds it until the commit is on disk, so writers
that notify wait for each other, each for a write to the disk.
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
ASK_FOR_NOTICES = "SET app.announce = 'notice'"
MOST_OWNERS = 100
"""A message has room for 8,000 bytes; of more owners it names none, and everybody looks."""
PAUSE_SECONDS = 0.02
"""Changes of many writers in that time are one notification."""
RETRY_SECONDS = 1.0
LAST_SECONDS = 2.0

# Nothing is lost when the server crashes before this is on disk: whoever listens looks at everything then.
_NOTIFY = Statement(
    select(
        func.set_config("synchronous_commit", "off", True),
        func.pg_notify(CHANNEL, func.unnest(bindparam("messages", type_=ARRAY(String)))),
    )
)

Owners = set[str] | None


class ChangeNotifier:
    """What has been committed and not been passed on yet: the owners of each topic, or None for everybody."""

    def __init__(self) -> None:
        self._waiting: dict[str | None, Owners] = {}
        self._woken = asyncio.Event()

    def add(self, notices: list[str]) -> None:
        """Takes a connection's notices, after its commit."""
        for notice in notices:
            change = json.loads(notice)
            self._merge(change["topic"], change["owners"])
        notices.clear()
        self._woken.set()

    def _merge(self, topic: str | None, owners: Iterable[str] | None) -> None:
        known = self._waiting.setdefault(topic, set())
        merged = None if known is None or owners is None else known | set(owners)
        self._waiting[topic] = merged if merged is None or len(merged) <= MOST_OWNERS else None

    @asynccontextmanager
    async def sending(self, source: Source) -> AsyncIterator[None]:
        task = asyncio.create_task(self._send_for_ever(source), name="change-notifier")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            try:
                await asyncio.wait_for(self._send(source), LAST_SECONDS)
            except (psycopg.Error, TimeoutError) as error:
                logger.warning("changes_not_announced", error=type(error).__name__)

    async def _send_for_ever(self, source: Source) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._send(source)
            except psycopg.Error as error:
                logger.warning("changes_not_announced_yet", error=type(error).__name__)
                self._woken.set()
                await asyncio.sleep(RETRY_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _send(self, source: Source) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        try:
            await source.fetch(_NOTIFY, {**_NOTIFY.defaults, "messages": [*map(_message, waiting.items())]})
        except BaseException:
            for topic, owners in waiting.items():
                self._merge(topic, owners)
            raise


def _message(change: tuple[str | None, Owners]) -> str:
    topic, owners = change
    return json.dumps({"topic": topic, "owners": None if owners is None else sorted(owners)})


def collect_notices(connection: AsyncConnection[Any]) -> list[str]:
    """The list to which the notices of a connection's changes are added from now on."""
    notices: list[str] = []

    def hear(notice: psycopg.errors.Diagnostic) -> None:
        if notice.sqlstate == SQLSTATE and notice.message_primary:
            notices.append(notice.message_primary)

    connection.add_notice_handler(hear)
    return notices


def notify_commits_of(engine: AsyncEngine) -> None:
    """For connections that the engine has not made yet."""
    event.listen(engine.sync_engine, "connect", _ask_for_notices)
    event.listen(engine.sync_engine, "rollback", _forget)
    event.listen(engine.sync_engine, "checkin", _pass_on)


def _ask_for_notices(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(ASK_FOR_NOTICES)
    cursor.close()
    connection.commit()
    record.info[SQLSTATE] = collect_notices(connection.driver_connection)


def _forget(connection: Connection) -> None:
    if not (connection.closed or connection.invalidated):
        connection.info[SQLSTATE].clear()


def _pass_on(_: Any, record: Any) -> None:
    if notices := record.info.get(SQLSTATE):
        change_notifier.add(notices)


change_notifier = ChangeNotifier()
