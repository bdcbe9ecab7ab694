"""Real worker processes on the database of `live`."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import text

from app.core.database import session as db
from tests import conftest


@dataclass
class WorkerProcess:
    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)

    async def read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.lines.append(line.decode())

    async def ended(self, seconds: float) -> int:
        async with asyncio.timeout(seconds):
            return await self.process.wait()


def live_url() -> str:
    return str(db.WriteSession.kw["bind"].url.render_as_string(hide_password=False))


@asynccontextmanager
async def worker_process(url: str = "", **environment: str) -> AsyncIterator[WorkerProcess]:
    """Start a worker, and kill it at the end. Its beats are frequent, so that tests are short."""
    settings = {"DATABASE_URL": url or live_url(), "LOG_LEVEL": "info", "HEARTBEAT_SECONDS": "0.5"}
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "tests.faults.worker_main"],
            cwd=conftest.BACKEND_DIR,
            env={**os.environ, **settings, "STALLED_SECONDS": "2", "TMPDIR": folder, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        worker = WorkerProcess(process)
        reading = asyncio.create_task(worker.read())
        try:
            yield worker
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            await reading
            sys.stdout.write("".join(worker.lines))  # pytest shows it if the test fails


async def wait_for_statuses(*expected: str, seconds: float = 60) -> None:
    """Wait until the jobs have these statuses, in the order of their ids. A longer wait fails and shows them."""
    found: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            while tuple(found) != expected:
                await asyncio.sleep(0.05)
                async with db.WriteSession() as session:
                    rows = text("SELECT status FROM procrastinate_jobs WHERE task_name LIKE 'faults.%' ORDER BY id")
                    found = list((await (await session.connection()).execute(rows)).scalars())
    except TimeoutError:
        raise AssertionError(f"The jobs are {found} after {seconds} s, not {list(expected)}") from None
