"""A mail server that is down or silent delays no request, and the email arrives later (RE-03, R7, R8)."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from app.core.database import session as db
from scripts.local.mailbox import Mailbox
from scripts.local.ports import any_free_port, listen
from tests.faults.workers import worker_process
from tests.users.factories import create_user


async def request_recovery(client: AsyncClient) -> str:
    async with db.transaction() as session:
        user = await create_user(session)
    async with asyncio.timeout(5):
        assert (await client.post(f"/api/v1/password-recovery/{user.email}")).status_code == 200
    return user.email


async def test_re03_r07_mail_arrives_when_server_returns(live: AsyncClient) -> None:
    port = any_free_port()
    async with worker_process(SMTP_PORT=str(port)) as worker:
        address = await request_recovery(live)
        async with asyncio.timeout(60):
            while not any("job_retried" in line for line in worker.lines):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        mailbox = Mailbox(listen(port), listen(0), secrets.token_urlsafe(16))
        mailbox.start()
        try:
            async with asyncio.timeout(60):
                while not (mails := mailbox.store.newest()):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            await asyncio.sleep(1)
            assert [mail.summary["To"][0]["Address"] for mail in mailbox.store.newest()] == [address]
            assert len(mails) == 1
        finally:
            mailbox.stop()


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """The port of a server that accepts connections but never responds."""
    ended = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    ended.set()
    server.close()
    await server.wait_closed()


async def test_r08_silent_mail_server_delays_no_request(live: AsyncClient, silent_port: int) -> None:
    async with worker_process(SMTP_PORT=str(silent_port)):
        for _ in range(12):  # more than the worker sends concurrently
            await request_recovery(live)
