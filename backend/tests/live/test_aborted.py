"""A tab that is closed or only looks costs nothing."""

import asyncio
import signal

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import connection
from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.runtime.change_listener import change_listener
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.servers import uvicorn
from tests.live.conftest import EVENTS, OpenTab
from tests.live.test_shutdown import live_database


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
    pool = db.autocommit_session.source
    assert isinstance(pool, AutocommitPool)
    async with open_tab(headers):
        await asyncio.sleep(0.3)  # the stream's pause after an event
        before = {each.libpq.backend_pid for each in pool._free}
        await session.exec(text("LOCK TABLE user_sessions"))  # type: ignore[call-overload]
        change_listener.publish("notes", [user_id])
        await asyncio.sleep(0.2)  # the check waits for the lock
    await asyncio.sleep(0.2)
    await session.rollback()
    await until_closed(user_id)
    assert {each.libpq.backend_pid for each in pool._free} == before
    assert caplog.records == []


def request(method: str, path: str, headers: dict[str, str], more: str = "") -> bytes:
    given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{given}{more}\r\n".encode()


async def test_clients_that_leave_log_nothing_else(session: AsyncSession, listening: None) -> None:
    """Streams, exports and uploads, left at different moments."""
    _, headers = await signed_in_superuser(session)
    users = [User(email=f"{n}@example.com", full_name="A" * 200, hashed_password="-") for n in range(3_000)]
    session.add_all(users)
    await session.commit()
    upload = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n"
    change = "Content-Type: application/json\r\nContent-Length: 90\r\n"
    requests = [
        request("GET", EVENTS, headers),
        request("GET", "/api/v1/users/export", headers),
        request("PUT", "/api/v1/users/me/avatar", headers, upload) + b"--b\r\n",
        request("PATCH", "/api/v1/users/me", headers, change) + b"{",
    ]
    async with uvicorn(environment={**live_database(), "LOG_LEVEL": "info"}) as server:
        started = len(server.lines)
        port = server.client.base_url.port
        for n in range(40):
            _, writer = await asyncio.open_connection("localhost", port)
            writer.write(requests[n % len(requests)])
            await writer.drain()
            await asyncio.sleep(n % 10 * 0.004)
            writer.transport.abort()
        await asyncio.sleep(0.5)
        assert (await server.client.get("/api/v1/users/me", headers=headers)).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        await server.ended()
    usual = ("request ", "signing_key_created")
    lines = [
        line
        for line in server.lines[started:]
        if not line.startswith("INFO: ") and not any(each in line for each in usual)
    ]
    assert lines == []


async def test_head_opens_no_stream(session: AsyncSession, server: AsyncClient) -> None:
    user, headers = await signed_in_user(session)
    response = await server.head(EVENTS, headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    await until_closed(str(user.id))
