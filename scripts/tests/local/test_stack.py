"""The whole stack, started and ended for real, beside the developer's. Runs in the scripts part of ./scripts/test."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from scripts.checks.lint import clean_environment
from scripts.local.layout import FRONTEND, ROOT, Layout
from scripts.local.processes import command_of
from tests.users.pictures import picture

pytestmark = pytest.mark.stack

SECRETS = ("SECRET_KEY", "FIRST_SUPERUSER_PASSWORD", "POSTGRES_PASSWORD", "DATABASE_URL")
START = [sys.executable, "-m", "scripts.local.start"]


class Started:
    """One `./scripts/start` with its own folder."""

    def __init__(self, layout: Layout, *options: str) -> None:
        self.layout = layout
        self.output = layout.data.with_name("output")
        command = [*START, f"--data-dir={layout.data}", *(options or ("--port=0", "--no-reload"))]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=clean_environment(), stdout=output, stderr=output)

    def wait(self) -> dict[str, Any]:
        deadline = time.monotonic() + 90
        while (facts := self.facts()).get("pid") != self.process.pid:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.05)
        return facts

    def facts(self) -> dict[str, Any]:
        """Return stack.json. After a kill it is still that of the killed start."""
        with contextlib.suppress(FileNotFoundError):
            found: dict[str, Any] = json.loads(self.layout.stack_file.read_text())
            return found
        return {}

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send the signal to the start process only. Returns the seconds until it ended."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=20)
        return time.monotonic() - begun


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    layout = Layout(tmp_path / "a stack")
    yield layout
    for pid in processes_of(layout):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def processes_of(layout: Layout) -> list[int]:
    """Return all processes of this stack: each has its data folder in the environment or the command."""
    shown = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True).stdout
    return [pid for pid in map(int, shown.split()) if str(layout.data) in command_of(pid) + environment_of(pid)]


def environment_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def status_of(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
        status: int = response.status
    return status


def signed_in(facts: dict[str, Any]) -> httpx2.Client:
    """Return an API client that is signed in as the superuser."""
    form = {"username": facts["superuser"]["email"], "password": facts["superuser"]["password"]}
    token = httpx2.post(f"{facts['api']}/login/access-token", data=form).json()["access_token"]
    return httpx2.Client(base_url=facts["api"], headers={"Authorization": f"Bearer {token}"})


def test_stack_starts_shows_addresses_and_stops_cleanly(layout: Layout) -> None:
    started = Started(layout)
    facts = started.wait()
    assert set(facts) == {"dashboard", "api", "docs", "mailbox", "database_url", "superuser", "settings", "pid"}
    assert set(facts["superuser"]) == {"email", "password"}
    assert facts["pid"] == started.process.pid
    assert layout.stack_file.stat().st_mode & 0o777 == 0o600
    assert layout.data.stat().st_mode & 0o777 == 0o700
    for program in ("scripts.local.mailbox", "bin/postgres -D"):
        [pid] = [pid for pid in processes_of(layout) if program in command_of(pid)]
        assert [name for name in SECRETS if f"{name}=" in environment_of(pid)] == []
    pages = [facts["docs"], facts["mailbox"], f"{facts['api']}/utils/health-check/"]
    assert [status_of(page) for page in pages] == [200, 200, 200]
    if FRONTEND.exists():
        assert status_of(facts["dashboard"]) == 200
    with psycopg.connect(facts["database_url"]) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)

    second = subprocess.run(
        [*START, f"--data-dir={layout.data}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "Already running" in second.stderr
    assert facts["dashboard"] in second.stderr

    assert started.stop() < 5
    assert started.process.returncode == 0
    assert not layout.stack_file.exists()
    assert processes_of(layout) == []
    assert facts["superuser"]["password"] in started.output.read_text()


def test_start_after_a_kill_cleans_up(layout: Layout) -> None:
    first = Started(layout, "--port=0")
    before = first.wait()
    with psycopg.connect(before["database_url"], autocommit=True) as connection:
        connection.execute("create table kept (value int)")
    with signed_in(before) as client:
        assert client.put("/users/me/avatar", files={"file": picture()}).status_code == 200
    first.stop(signal.SIGKILL)
    second = Started(layout)
    after = second.wait()
    assert after["superuser"] == before["superuser"]
    with psycopg.connect(after["database_url"]) as connection:
        connection.execute("select * from kept")
    assert len(list(layout.storage.glob("avatars/*"))) == 1
    assert second.stop(signal.SIGINT) < 5

    third = Started(layout, "--port=0", "--no-reload", "--fresh")
    fresh = third.wait()
    assert fresh["superuser"] == before["superuser"]
    with psycopg.connect(fresh["database_url"]) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == (None,)
    assert not list(layout.storage.glob("avatars/*"))
    third.stop()
    assert processes_of(layout) == []


def test_open_stream_does_not_delay_the_shutdown(layout: Layout) -> None:
    started = Started(layout, "--port=0")
    with signed_in(started.wait()) as client, client.stream("GET", "/events") as stream:
        assert "event: ready" in stream.iter_lines()
        assert started.stop(signal.SIGINT) < 3
    assert processes_of(layout) == []


def test_dead_process_stops_stack_and_names_its_log(layout: Layout) -> None:
    started = Started(layout)
    started.wait()
    (mailbox,) = [pid for pid in processes_of(layout) if "scripts.local.mailbox" in command_of(pid)]
    os.kill(mailbox, signal.SIGKILL)
    assert started.process.wait(timeout=10) == 1
    assert str(layout.logs / "mailbox.log") in started.output.read_text()
    assert processes_of(layout) == []


def test_requested_port_in_use_is_an_error(layout: Layout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        started = Started(layout, f"--port={port}")
        assert started.process.wait(timeout=20) == 1
    assert f"Port {port} is in use" in started.output.read_text()
    assert processes_of(layout) == []
