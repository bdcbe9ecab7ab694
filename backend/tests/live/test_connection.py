"""The listening connection: lost, late, and with invalid messages."""

from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.database.change_notifier import CHANNEL
from app.core.runtime import change_listener as module
from app.core.runtime.change_listener import EVERYTHING, ChangeListener, change_listener
from app.live import service
from scripts.local.ports import any_free_port
from tests.auth.factories import signed_in_user
from tests.core.forwarding import forwarding, url_by
from tests.live.conftest import OpenTab
from tests.live.notes import create_note

END_OURS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name LIKE '% changes' AND datname = current_database()
"""
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"
SHOW_OURS = END_OURS.replace("pg_terminate_backend(pid)", "state, query")


def database_url() -> str:
    return str(db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)).replace("+psycopg", "")


async def execute(statement: str, url: str = "") -> list[tuple[Any, ...]]:
    """Run the statement on its own connection and return the rows."""
    async with await psycopg.AsyncConnection.connect(url or database_url(), autocommit=True) as connection:
        cursor = await connection.execute(statement.encode())
        return await cursor.fetchall() if cursor.description else []


async def test_one_connection_listens_for_all_streams(session: AsyncSession, open_tab: OpenTab) -> None:
    _, headers = await signed_in_user(session)
    async with open_tab(headers), open_tab(headers):
        assert await execute(SHOW_OURS) == [("idle", f"LISTEN {CHANNEL}")]


async def test_lost_connection_is_replaced_and_everything_refetched(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        for _ in range(2):
            assert await execute(END_OURS) == [(True,)]
            assert await tab.topic() == EVERYTHING
            await create_note(session, user.id)
            assert await tab.topic() == "notes"


async def test_stream_survives_an_unavailable_database(
    session: AsyncSession, open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unavailable database is not treated as the end of the session."""
    monkeypatch.setattr(service, "RETRY_SECONDS", 0.05)
    user, headers = await signed_in_user(session)
    own_id = str(user.id)
    await session.close()
    server, _, name = database_url().rpartition("/")
    async with open_tab(headers) as tab:
        await execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', f"{server}/postgres")
        await execute(END_ALL.format(name), f"{server}/postgres")
        change_listener.publish("notes", [own_id])
        await tab.comment()  # the stream has noticed that the database is unavailable
        await execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true', f"{server}/postgres")
        topics = [await tab.topic()]
        while topics[-1] != "notes":
            topics.append(await tab.topic())


@pytest.mark.parametrize("payload", ["", "nonsense", "{}", "[]", "null", '{"topic": "notes"}', '{"owners": []}'])
async def test_invalid_message_on_the_channel_is_ignored(
    session: AsyncSession, open_tab: OpenTab, payload: str
) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        connection = await session.connection()
        await connection.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})
        await session.commit()
        await create_note(session, user.id)
        assert await tab.topic() == "notes"


async def test_late_database_does_not_prevent_the_start(one_event_loop: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_DELAY", 0.05)
    port, own = any_free_port(), ChangeListener()
    async with AsyncExitStack() as stack, own.listening(url_by(port)):
        with own.subscribe("somebody") as subscriber:
            assert not await subscriber.wait(0.2)
            await stack.enter_async_context(forwarding(port))
            assert await subscriber.wait(5)
            assert subscriber.take() == ({EVERYTHING}, set())
