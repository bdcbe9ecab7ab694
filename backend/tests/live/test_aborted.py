"""A tab that is closed or only looks costs nothing."""

import asyncio

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import connection
from app.core.database import session as db
from app.core.runtime.change_listener import change_listener
from tests.auth.factories import signed_in_user
from tests.live.conftest import EVENTS, OpenTab


async def until_closed(owner_id: str) -> None:
    async with asyncio.timeout(5):
        while change_listener._subscribers.get(owner_id):  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.01)


async def test_tab_closed_during_a_check_keeps_the_connection(
    session: AsyncSession,
    live: AsyncClient,
    open_tab: OpenTab,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(connection, "GRACE_SECONDS", 5)
    user, headers = await signed_in_user(session)
    user_id = str(user.id)
    pool = db.autocommit_session.source.pool  # type: ignore[attr-defined]
    async with open_tab(headers):
        await asyncio.sleep(0.3)  # the stream's pause after an event
        before = {each.info.backend_pid for each in pool._pool}
        await session.exec(text("LOCK TABLE user_sessions"))  # type: ignore[call-overload]
        change_listener.publish("notes", [user_id])
        await asyncio.sleep(0.2)  # the check waits for the lock
    await asyncio.sleep(0.2)
    await session.rollback()
    await until_closed(user_id)
    assert {each.info.backend_pid for each in pool._pool} == before
    assert caplog.records == []


async def test_head_opens_no_stream(session: AsyncSession, server: AsyncClient) -> None:
    user, headers = await signed_in_user(session)
    response = await server.head(EVENTS, headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    await until_closed(str(user.id))
