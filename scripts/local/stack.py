"""Start, watch and stop the processes of the stack."""

import contextlib
import hmac
import http.client
import json
import os
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.local import node
from scripts.local.environment import Environment, read_environment, system_environment
from scripts.local.layout import BACKEND, FRONTEND, PYTHONPATH, Layout
from scripts.local.ports import listen, listen_from, port_of
from scripts.local.postgres import Postgres, end_leftover, start_postgres
from scripts.local.processes import Child, collect_orphans, end_all, end_recorded, record_children, spawn, tail
from scripts.local.secrets import ensure_secrets
from scripts.server.files import write_private
from scripts.server.progress import Progress

READY = "/api/v1/health/ready"
READY_SECONDS = 90.0
STEP_SECONDS = 900.0  # npm on a slow connection


class StackError(Exception):
    """The stack could not start; the message says why."""


@dataclass(frozen=True)
class Options:
    """The options of `./scripts/start`."""

    data: Path
    port: int | None = None
    fresh: bool = False
    reload: bool = True
    env_only: bool = False
    isolated: bool = False


class Stack:
    """The processes of one stack. Call `start`, then poll `watch`, and always call `stop` at the end."""

    def __init__(self, options: Options, progress: Progress) -> None:
        self.options = options
        self.layout = Layout(options.data)
        self.progress = progress
        self.children: dict[str, Child] = {}
        self.postgres: Postgres | None = None
        self.environment: Environment
        self.database_url = ""
        self.mailbox_url = ""
        self.port = 0
        self._sockets: dict[str, socket.socket] = {}
        self._changes: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start everything and write `stack.json`. Raises StackError, PostgresError or PortTakenError."""
        self._recover()
        self._take_port()
        self.environment = read_environment(ensure_secrets(self.layout.secrets), isolated=self.options.isolated)
        self._begin_dashboard()
        self._begin_mailbox()
        self._start_database()
        self._run("Migrations, superuser", [sys.executable, "-m", "app.prestart"], "prestart")
        self._end_dashboard()
        self._start_worker()
        self._start_api()
        self._write_facts()

    def watch(self) -> str | None:
        """Return the name of a process that ended unexpectedly, or None."""
        if self.postgres and self.postgres.process.poll() is not None:
            return "postgres"
        return next((name for name, child in self.children.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """Stop all processes within 5 s, the database last."""
        self.layout.stack_file.unlink(missing_ok=True)
        for server in self._sockets.values():
            server.close()
        end_all(list(self.children.values()), grace=2.0)
        if self.postgres:
            self.postgres.stop(grace=1.5)
        collect_orphans()
        self.children.clear()
        self.layout.children.unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        return self.layout.logs / f"{name}.log"

    def _recover(self) -> None:
        """Clean up after a start that was killed."""
        self.layout.stack_file.unlink(missing_ok=True)
        left = end_recorded(self.layout.children)
        if end_leftover(self.layout.postgres.absolute()):
            left.append("postgres")
        if left:
            self.progress.line(f"  An earlier start was killed. Stopped its leftover processes: {', '.join(left)}.")
        if self.options.fresh:
            shutil.rmtree(self.layout.postgres, ignore_errors=True)
            shutil.rmtree(self.layout.storage, ignore_errors=True)
        self.layout.logs.mkdir(parents=True, exist_ok=True)
        for log in self.layout.logs.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))

    def _take_port(self) -> None:
        """Listen immediately, so that no other start gets the port. The API inherits the socket."""
        server = listen_from(8000) if self.options.port is None else listen(self.options.port)
        self._sockets["api"], self.port = server, port_of(server)

    def _begin_dashboard(self) -> None:
        """Install packages and build in the background, while the database starts."""
        if not (FRONTEND / "package.json").exists():
            return
        self._changes["FRONTEND_DIR"] = str(FRONTEND / "dist")
        if not node.is_built(node.find_node()):
            self._spawn("dashboard", [sys.executable, "-m", "scripts.local.node"], self._system())
            self.progress.begin("Dashboard")

    def _end_dashboard(self) -> None:
        if "dashboard" in self.children:
            self._wait_for("Dashboard", "dashboard")

    def _begin_mailbox(self) -> None:
        if self.environment.has_outside_smtp:
            self.progress.skipped("Mailbox", f"mail goes to {self.environment.get('SMTP_HOST')}")
            return
        smtp, web = listen_from(1025), listen_from(8025)
        smtp_port, web_port = port_of(smtp), port_of(web)
        self._sockets |= {"mailbox, SMTP": smtp, "mailbox, page": web}
        # Derived, so that the address stays the same and there is no further secret to keep.
        token = hmac.digest(self.environment.get("SECRET_KEY").encode(), b"mailbox", "sha256").hex()[:32]
        command = [sys.executable, "-m", "scripts.local.mailbox"]
        command += [f"--smtp-fd={smtp.fileno()}", f"--http-fd={web.fileno()}"]
        self._spawn("mailbox", command, {**self._system(), "MAILBOX_TOKEN": token}, smtp, web)
        self.mailbox_url = f"http://localhost:{web_port}/{token}"
        self._changes |= {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp_port),
            "SMTP_TLS": "false",
            "SMTP_SSL": "false",
        }

    def _start_database(self) -> None:
        environment = self.environment
        if environment.outside_database:
            self.database_url = environment.outside_database
            self.progress.skipped("PostgreSQL", "the settings name another server")
            return
        self.progress.begin("PostgreSQL")
        self.postgres = start_postgres(
            self.layout.postgres,
            user=environment.get("POSTGRES_USER", "app"),
            password=environment.get("POSTGRES_PASSWORD"),
            port=environment.port("POSTGRES_PORT", 5432),
            log=self.log("postgres"),
        )
        database = environment.get("POSTGRES_DB", "app")
        self.postgres.ensure_database(database)
        self.database_url = self.postgres.url(database)
        self.progress.done("PostgreSQL", f"port {self.postgres.port}")

    def _start_worker(self) -> None:
        command = [sys.executable, "-m", "app.worker"]
        if self.options.reload:
            command = [sys.executable, "-m", "watchfiles", "--filter=python", shlex.join(command), "app"]
        # Its file for `--check` is here, so that two stacks do not share it.
        folder = self.layout.data / "worker"
        folder.mkdir(exist_ok=True)
        self._spawn("worker", command, {**self._application(), "TMPDIR": str(folder.absolute())})

    def _start_api(self) -> None:
        server = self._sockets["api"]
        arguments = ["app.main:app", f"--fd={server.fileno()}", "--no-access-log"]
        arguments.append("--http=app.core.http.server:LimitedProtocol")
        # The application reads the forwarding headers itself (TRUSTED_PROXIES).
        arguments.append("--no-proxy-headers")
        # An open event stream must not delay a reload or the shutdown.
        arguments.append("--timeout-graceful-shutdown=1")
        if self.options.reload:
            arguments += ["--reload", "--reload-dir=app"]
        self.progress.begin("API")
        self._spawn("api", [sys.executable, "-m", "uvicorn", *arguments], self._application(), server)
        shown = [False]

        def is_ready() -> bool:
            waited = time.monotonic() - begun
            if waited > 8 and not shown[0]:
                shown[0] = True
                self.progress.line(f"The API is not ready yet. Its log so far:\n{tail(self.log('api'))}")
            return self._responds(self.port, READY)

        begun = time.monotonic()
        self._until(is_ready, READY_SECONDS, "api")
        if self.mailbox_url:
            page = urlsplit(self.mailbox_url)
            self._until(lambda: self._responds(page.port or 0, f"{page.path}/api/v1/info"), 10, "mailbox")
        self.progress.done("API")

    def _run(self, step: str, command: list[str], name: str) -> None:
        self.progress.begin(step)
        self._spawn(name, command, self._application())
        self._wait_for(step, name)

    def _wait_for(self, step: str, name: str) -> None:
        """Wait until a one-off process ends. Raises StackError if it fails."""
        child = self.children[name]
        self._until(lambda: child.poll() is not None, STEP_SECONDS, name, ends=True)
        del self.children[name]
        if child.returncode != 0:
            self.progress.failed(step)
            raise StackError(f"{step} failed. Last lines of {self.log(name)}:\n{tail(self.log(name))}")
        self.progress.done(step)

    def _until(self, is_done: Callable[[], bool], seconds: float, name: str, *, ends: bool = False) -> None:
        deadline = time.monotonic() + seconds
        while not is_done():
            self.progress.tick()
            if not ends and self.children[name].poll() is not None:
                raise StackError(f"{name} ended unexpectedly. Last lines of {self.log(name)}:\n{tail(self.log(name))}")
            if time.monotonic() > deadline:
                raise StackError(f"{name} was not ready within {seconds:.0f} s. See {self.log(name)}.")
            time.sleep(0.02)

    def _spawn(self, name: str, command: list[str], env: Mapping[str, str], *sockets: socket.socket) -> None:
        self.children[name] = spawn(command, log=self.log(name), cwd=BACKEND, env=env, sockets=sockets)
        for server in sockets:
            server.close()
        record_children(self.layout.children, self.children)

    def _application(self) -> dict[str, str]:
        return self.environment.for_application(self._settings())

    def _system(self) -> dict[str, str]:
        """Return the environment of processes that are not the application."""
        return {**system_environment(), "PYTHONPATH": PYTHONPATH, "STACK_DATA_DIR": str(self.layout.data)}

    def _settings(self) -> dict[str, str]:
        """Settings that the stack gives its processes."""
        # STACK_DATA_DIR shows in a process list which stack a process belongs to.
        own = {"FRONTEND_URL": self.environment.origin(self.port), "STACK_DATA_DIR": str(self.layout.data)}
        settings = {**own, **self._changes}
        if self.database_url:
            settings["DATABASE_URL"] = self.database_url
        if not self.environment.get("STORAGE_URL"):
            settings["STORAGE_URL"] = self.layout.storage.absolute().as_uri()
        return settings

    def _responds(self, port: int, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", path, headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status == 200
        return False

    def facts(self) -> dict[str, object]:
        """Return the content of `stack.json`."""
        password = self.environment.get("FIRST_SUPERUSER_PASSWORD")
        email = self.environment.get("FIRST_SUPERUSER", "admin@example.com")
        return {
            "dashboard": self.url,
            "api": f"{self.url}/api/v1",
            "docs": f"{self.url}/docs",
            "mailbox": self.mailbox_url or None,
            "database_url": self.database_url,
            "superuser": {"email": email, "password": password},
            "settings": self._settings(),
            "pid": os.getpid(),
        }

    def _write_facts(self) -> None:
        write_private(self.layout.stack_file, json.dumps(self.facts(), indent=2) + "\n")
