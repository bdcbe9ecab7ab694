"""Notifications are sent after the commit, by any program, and retried while the database is unavailable."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from httpx2 import AsyncClient
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import change_notifier as module
from app.core.database import engine as database_engine
from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.change_notifier import CHANNEL, ChangeNotifier
from app.core.database.statements import Statement
from app.core.settings import settings
from scripts.local.ports import any_free_port
from tests.auth.factories import signed_in_user
from tests.core.forwarding import forwarding, url_by
from tests.live.conftest import OpenTab
from tests.live.test_connection import execute

V1 = "/api/v1"
MODE = select(func.current_setting("app.announce"))

Listener = psycopg.AsyncConnection[Any]


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """A connection that receives the notifications of the database in the settings."""
    url = settings.database_url.replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(f"LISTEN {CHANNEL}".encode())
        yield connection


async def heard(listener: Listener, *, count: int = 1) -> list[Any]:
    """Return the next messages."""
    messages = [json.loads(each.payload) async for each in listener.notifies(timeout=5, stop_after=count)]
    assert len(messages) == count
    return messages


def notice(topic: str | None, *owners: str) -> list[str]:
    return [json.dumps({"topic": topic, "owners": list(owners) or None})]


async def send(own: ChangeNotifier) -> None:
    """Send the waiting notifications."""
    async with AutocommitPool(settings.database_url, database_engine.ENGINE_OPTIONS) as pool, own.sending(pool):
        pass


async def test_application_notifies_after_the_commit(live: AsyncClient, session: AsyncSession) -> None:
    """Notifications inside transactions would serialise the commits of all writers."""
    assert (await session.exec(MODE)).one() == "notice"
    assert await db.autocommit_session.all(Statement(MODE)) == [{"current_setting": "notice"}]


async def test_change_by_another_program_is_notified(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    statement = f"UPDATE users SET full_name = 'By hand' WHERE id = '{user.id}'"  # noqa: S608
    async with open_tab(headers) as tab:
        await execute(statement)
        assert await tab.topic() == "users"


async def test_failed_notification_is_sent_later(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    own, port = ChangeNotifier(), any_free_port()
    own.add(notice("notes", "a"))
    async with AsyncExitStack() as stack:
        pool = AutocommitPool(url_by(port), {**database_engine.ENGINE_OPTIONS, "pool_timeout": 0.1})
        await stack.enter_async_context(pool)
        await stack.enter_async_context(own.sending(pool))
        await asyncio.sleep(0.3)  # at least two attempts have failed
        own.add(notice("notes", "b"))
        await stack.enter_async_context(forwarding(port))
        assert await heard(listener) == [{"topic": "notes", "owners": ["a", "b"]}]


async def test_waiting_notifications_are_sent_on_shutdown(listener: Listener) -> None:
    own = ChangeNotifier()
    own.add(notice("notes", "a"))
    own.add(notice(None, "b"))
    own.add(notice("users"))
    await send(own)
    assert await heard(listener, count=3) == [
        {"topic": "notes", "owners": ["a"]},
        {"topic": None, "owners": ["b"]},
        {"topic": "users", "owners": None},
    ]


async def test_unavailable_database_does_not_delay_the_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ChangeNotifier()
    own.add(notice("notes", "a"))
    monkeypatch.setattr(module, "SHUTDOWN_SECONDS", 0.1)
    pool = AutocommitPool(url_by(any_free_port()), database_engine.ENGINE_OPTIONS | {"pool_timeout": 60})
    async with asyncio.timeout(5), pool, own.sending(pool):
        pass


async def test_owners_are_combined_up_to_a_limit(listener: Listener) -> None:
    own = ChangeNotifier()
    for number in range(module.MAX_OWNERS):
        own.add(notice("notes", str(number)))
        own.add(notice("users", "0"))
    await send(own)
    [notes, users] = await heard(listener, count=2)
    assert len(notes["owners"]) == module.MAX_OWNERS
    assert users == {"topic": "users", "owners": ["0"]}
    for number in range(module.MAX_OWNERS + 1):
        own.add(notice("notes", str(number)))
    own.add(notice("notes", "0"))
    await send(own)
    assert await heard(listener) == [{"topic": "notes", "owners": None}]
