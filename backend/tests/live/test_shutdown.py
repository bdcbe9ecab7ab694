"""A server with open streams ends at once, however it was started."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import db
from dev.ports import any_free_port
from tests import conftest
from tests.auth.factories import sign_in, signed_in_user
from tests.live.conftest import EVENTS, Tab

GRACE = 20
"""What the image allows open answers; waiting for it would be the failure."""


@asynccontextmanager
async def uvicorn(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, AsyncClient]]:
    """The application on the `live` database, in processes of its own."""
    port, url = any_free_port(), db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)
    environment = os.environ | {"DATABASE_URL": url}
    command = ["-m", "uvicorn", "app.main:app", f"--port={port}", f"--timeout-graceful-shutdown={GRACE}", *options]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=conftest.BACKEND_DIR,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60), AsyncClient(base_url=f"http://localhost:{port}") as client:
            # Alone it listens after its start, as a worker's parent before.
            missing = [b"Uvicorn running", *[b"Application startup complete"] * (2 if "--workers=2" in options else 1)]
            async for line in process.stderr:
                if found := next((text for text in missing if text in line), None):
                    missing.remove(found)
                if not missing:
                    break
            yield process, client
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ([], signal.SIGTERM),
        ([], signal.SIGINT),
        (["--workers=2"], signal.SIGTERM),
        (["--reload", "--reload-dir=app"], signal.SIGINT),
    ],
)
async def test_open_streams_do_not_hold_up_the_end(
    session: AsyncSession, options: list[str], number: signal.Signals
) -> None:
    user, headers = await signed_in_user(session)
    async with uvicorn(*options) as (process, client):
        first = client.stream("GET", EVENTS, headers=headers)
        second = client.stream("GET", EVENTS, headers=await sign_in(session, user))
        async with first as one, second as two:
            tabs = [Tab(one), Tab(two)]
            assert [await tab.event() for tab in tabs] == [("ready", {})] * 2
            process.send_signal(number)
            assert [await tab.ended() for tab in tabs] == [True] * 2
        async with asyncio.timeout(GRACE / 4):
            await process.wait()
