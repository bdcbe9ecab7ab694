"""The measured system: PostgreSQL with seeded data, and the production servers of the application and the floor."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from benchmarks.client import Failed, fetch
from benchmarks.cpu import resident_bytes
from benchmarks.endpoints import Endpoint, Request, deep_page, make_endpoints
from benchmarks.seed import Seeded
from scripts.local.environment import MANY_REQUESTS
from scripts.local.layout import BACKEND
from scripts.local.ports import any_free_port
from scripts.local.postgres import Postgres, start_postgres
from scripts.local.processes import Child, end_all, spawn, tail

# Measures PostgreSQL's work for a commit but not the disk. No background work can start during a measurement.
POSTGRES_SETTINGS = {
    "shared_buffers": "256MB",
    "synchronous_commit": "on",
    "fsync": "off",
    "wal_level": "replica",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
UVICORN = ("--workers", "1", "--no-access-log", "--loop", "uvloop", "--host", "127.0.0.1")
COMMANDS = {
    "app": ("uvicorn", "app.main:app", "--http", "app.core.http.server:LimitedProtocol"),
    "floor": ("uvicorn", "--factory", "benchmarks.floor:create_app"),
}
START_SECONDS = 60

_HEALTH = Request("GET", "/api/v1/utils/health-check/")


@dataclass(frozen=True)
class Server:
    """A running server process, with the time until its first response and its memory at that time."""

    name: str
    port: int
    process: Child
    ready_ms: float
    ready_bytes: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def memory(self) -> int:
        return resident_bytes(self.pid)


class Processes:
    """PostgreSQL with the application's schema, and the processes that use it."""

    def __init__(self, folder: Path, postgres: Postgres, stack: ExitStack) -> None:
        self.folder = folder
        self.postgres = postgres
        self.url = postgres.url("app")
        self.environment = make_environment(self.url, storage=folder / "storage")
        self._stack = stack
        self._run("alembic", "upgrade", "head")
        self.connection = stack.enter_context(psycopg.connect(self.url, autocommit=True))

    def _run(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        result = subprocess.run(
            command, cwd=BACKEND, env=self.environment, capture_output=True, text=True, timeout=300, check=False
        )
        if result.returncode != 0:
            raise Failed(f"python -m {module} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    def one(self, query: str) -> Any:
        """Return the first column of the first row, or None."""
        row = self.connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def spawn(self, name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        """Start a process, which ends with the rig. Its output is in the file `log_of(name)`."""
        process = spawn(arguments, log=self.log_of(name), cwd=BACKEND, env={**self.environment, **(environment or {})})
        self._stack.callback(end_all, [process], grace=5)
        return process

    def log_of(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start_server(
        self, name: str, command: Sequence[str] | None = None, environment: Mapping[str, str] | None = None
    ) -> Server:
        """Start a server and wait until it responds. It is stopped by `stop_server` or together with the rig."""
        port = any_free_port()
        arguments = [sys.executable, "-m", *(command or COMMANDS[name]), *UVICORN, "--port", str(port)]
        started = time.perf_counter()
        process = self.spawn(name, arguments, environment)
        request = _HEALTH.encode(port)
        while True:
            with contextlib.suppress(OSError):
                fetch(request, port)
                break
            if process.poll() is not None or time.perf_counter() - started > START_SECONDS:
                raise Failed(f"The server of {name} did not start:\n{tail(self.log_of(name))}")
            time.sleep(0.005)
        ready_ms = (time.perf_counter() - started) * 1000
        return Server(name, port, process, ready_ms, resident_bytes(process.pid))

    def stop_server(self, server: Server) -> None:
        end_all([server.process], grace=5)


class Rig(Processes):
    """Everything that one run needs. `open_rig` creates it and removes it afterwards."""

    def __init__(self, folder: Path, postgres: Postgres, stack: ExitStack) -> None:
        super().__init__(folder, postgres, stack)
        self.seeded = Seeded(**json.loads(self._run("benchmarks.seed")))
        self._sessions = [row[0] for row in self.connection.execute("select id from user_sessions")]
        self._last_item = self.one("select max(id::text) from items")
        self.connection.execute("vacuum analyze")
        self.connection.execute("checkpoint")

    def make_endpoints(self, server: Server) -> dict[str, Endpoint]:
        """Return the endpoints by name, with a cursor from this server."""
        page = json.loads(fetch(deep_page(self.seeded).encode(server.port), server.port))
        return make_endpoints(self.seeded, cursor=page["pagination"]["next_cursor"])

    def clean(self) -> None:
        """Remove the rows that requests have written, so that each measurement starts with the same data."""
        self.connection.execute("delete from items where id > %s::uuid", [self._last_item])
        self.connection.execute("delete from user_sessions where id <> all(%s)", [self._sessions])
        self.connection.execute("truncate rate_windows, failed_attempts, minute_counts")
        self.connection.execute("vacuum items, user_sessions")

    def postgres_version(self) -> str:
        return str(self.one("show server_version"))


def open_rig() -> AbstractContextManager[Rig]:
    """Start PostgreSQL in a temporary folder, migrate and seed it."""
    return open_processes(Rig)


P = TypeVar("P", bound=Processes)


@contextmanager
def open_processes(kind: type[P]) -> Iterator[P]:
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="groundwork-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # if run as root, PostgreSQL runs as another user
        password = secrets.token_urlsafe(32)
        postgres = stack.enter_context(
            start_postgres(folder / "postgres", password=password, settings=POSTGRES_SETTINGS)
        )
        postgres.ensure_database("app")
        yield kind(folder, postgres, stack)


def make_environment(url: str, *, storage: Path) -> dict[str, str]:
    """Return production settings without any access to services outside this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "ENVIRONMENT": "production",
        "FRONTEND_URL": "https://dashboard.example.com",
        "DATABASE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(32),
        "FIRST_SUPERUSER_PASSWORD": secrets.token_urlsafe(32),
        "LOG_LEVEL": "info",
        "STORAGE_URL": storage.as_uri(),
        # Each sign-in comes from another network.
        "TRUSTED_PROXIES": "1",
        # The tokens of the seed are used in all runs.
        "ACCESS_TOKEN_EXPIRE_MINUTES": "720",
        **MANY_REQUESTS,
    }
