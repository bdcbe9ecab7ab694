"""Vite beside a stack. Runs in the scripts part of ./scripts/test, where the frontend's packages are installed."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.local.layout import FRONTEND
from scripts.local.node import find_node
from scripts.local.repository import copy_repository
from scripts.tests.docs.guides import OWN, blocks

pytestmark = pytest.mark.stack

NO_STACK = "No stack of this folder is running. Start one with ./scripts/start"


class Api(BaseHTTPRequestHandler):
    """A fake API of a stack."""

    def do_GET(self) -> None:
        body = f"from the stack: {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[str]:
    with ThreadingHTTPServer(("localhost", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository, because a stack can be running in this one."""
    copy = copy_repository(tmp_path / "copy")
    (copy / "frontend" / "node_modules").symlink_to(FRONTEND / "node_modules")
    (copy / ".local").mkdir()
    return copy


def write_facts(copy: Path, api: str, pid: int) -> None:
    (copy / ".local" / "stack.json").write_text(json.dumps({"dashboard": api, "pid": pid}))


@contextlib.contextmanager
def running(copy: Path, output: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The guide's command, with its output in a file."""
    [block] = [block for block in blocks("development.md") if block.way == OWN]
    env = find_node().env() | {"NO_COLOR": "1"}
    env.pop("API_URL", None)
    with output.open("w") as log:
        server = subprocess.Popen(
            ["bash", "-euc", block.text], cwd=copy, env=env, stdout=log, stderr=log, process_group=0
        )
    try:
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def wait_for(pattern: str, output: Path, server: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + 60
    while not (found := re.search(pattern, output.read_text())):
        assert server.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.1)
    return found[1]


@contextlib.contextmanager
def start_of(folder: Path) -> Iterator[int]:
    """A process that looks like `./scripts/start` in this folder. Yields its pid."""
    words = [f"{folder}/backend/.venv/bin/python", "-m", "scripts.local.start"]
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", *words])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def test_vite_sends_api_requests_to_the_running_stack(copy: Path, tmp_path: Path, api: str) -> None:
    output = tmp_path / "output"
    with start_of(copy) as pid:
        write_facts(copy, api, pid)
        check_requests(copy, output, api)


def check_requests(copy: Path, output: Path, api: str) -> None:
    with running(copy, output) as server:
        assert wait_for(r"API: (\S+)", output, server) == api
        dashboard = wait_for(r"Local: +(http://\S+)/", output, server)
        for path in ("/api/v1/users/me", "/config.js"):
            with urllib.request.urlopen(dashboard + path, timeout=10) as response:  # noqa: S310
                assert response.read().decode() == f"from the stack: {path}"


def test_vite_does_not_start_without_a_stack(copy: Path, tmp_path: Path) -> None:
    check_refusal(copy, tmp_path / "output")


@pytest.mark.parametrize("now", ["nothing", "another program", "another project"])
def test_facts_of_a_killed_stack_do_not_count(copy: Path, tmp_path: Path, api: str, now: str) -> None:
    """Its port can belong to another project, and after a restart of the machine its pid as well."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    with start_of(tmp_path / "another") as other:
        write_facts(copy, api, {"nothing": ended.pid, "another program": os.getpid(), "another project": other}[now])
        check_refusal(copy, tmp_path / "output")


def check_refusal(copy: Path, output: Path) -> None:
    with running(copy, output) as server:
        assert server.wait(timeout=60) != 0
    assert NO_STACK in output.read_text()
