"""The application in separate processes, to test signals, logs and a lost database."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from httpx2 import AsyncClient

from scripts.local.ports import any_free_port
from tests import conftest

GRACE = 20
"""Seconds that the image gives open responses to finish."""


@dataclass
class Server:
    process: asyncio.subprocess.Process
    client: AsyncClient
    lines: list[str]
    """What the process has written so far to both streams."""
    reading: asyncio.Task[None]

    async def ended(self, seconds: float = GRACE) -> int:
        """Wait for the end of the process, for this long at most. Returns the exit code."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await self.reading
        return code


@asynccontextmanager
async def uvicorn(*options: str, workers: int = 1, environment: Mapping[str, str]) -> AsyncIterator[Server]:
    """Start uvicorn and yield when all workers have started."""
    port = any_free_port()
    arguments = ["app.main:app", f"--port={port}", f"--timeout-graceful-shutdown={GRACE}", *options]
    arguments.append("--http=app.core.http.server:LimitedProtocol")
    if workers > 1:
        arguments.append(f"--workers={workers}")
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "uvicorn", *arguments],
        cwd=conftest.BACKEND_DIR,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    reading: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(120), AsyncClient(base_url=f"http://localhost:{port}", timeout=30) as client:
            while not _is_running("".join(lines), workers):
                lines.append((await process.stdout.readline()).decode())
                assert lines[-1], "".join(lines)
            reading = asyncio.create_task(_read(process.stdout, lines))
            await _until_it_listens(port)
            yield Server(process, client, lines, reading)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if reading is not None:
            await reading


def _is_running(written: str, workers: int) -> bool:
    """One worker listens only after it has started. Several share a socket that listens earlier."""
    return written.count("Application startup complete") >= workers and "Uvicorn running on" in written


async def _until_it_listens(port: int) -> None:
    """With --reload, the process logs its start shortly before it listens."""
    while True:
        try:
            _, writer = await asyncio.open_connection("localhost", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            return writer.close()


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    while line := await stream.readline():
        lines.append(line.decode())
