"""Logs outside local development are JSON, one line per event, without secrets (OP-03)."""

import json
import os
import signal
import socket
import subprocess
import sys
from typing import Any

import pytest

from app.core.logging import loggable
from scripts.tests.deploy.files import final_stage
from tests import conftest
from tests.core.servers import uvicorn
from tests.security.test_we_headers import OUTSIDE, STRONG

V1 = "/api/v1"
SECRETS = {name: f"{name}-31415926535" for name in ("password", "token", "cookie", "query", "header")}
FAILING = """
import logging
import structlog
from app.core.logging import configure_logging
configure_logging()
def fail(password):
    local_secret = "local-" + password
    raise ValueError("wrong")
for log in (structlog.get_logger().exception, logging.getLogger("library").exception):
    try:
        fail("31415926535")
    except ValueError:
        log("it failed\\non two lines")
"""

THREE_WAYS = """
import logging
import structlog
from app.core.logging import access_logger, configure_logging
configure_logging()
structlog.get_logger().info("ours")
logging.getLogger("library").warning("a library's")
access_logger()(path="/")
"""


def image_options() -> list[str]:
    """Return the logging options of the image's uvicorn."""
    [command] = [line for line in final_stage("backend/Dockerfile").splitlines() if line.startswith("CMD ")]
    words = json.loads(command.removeprefix("CMD "))
    place = words.index("--log-config")
    return [words[place], words[place + 1], *(word for word in words if word == "--no-access-log")]


def as_events(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


async def test_op03_every_line_is_json_and_without_secrets(production: dict[str, str]) -> None:
    async with uvicorn(*image_options(), workers=2, environment=production) as server:
        client = server.client
        client.headers |= {"Authorization": f"Bearer {SECRETS['header']}", "X-Correlation-ID": "a b"}
        client.cookies.set("__Host-session", SECRETS["cookie"])
        form = {"username": "ada@example.com", "password": SECRETS["password"]}
        statuses = [
            (await client.post(f"{V1}/login/access-token", data=form)).status_code,
            (await client.post(f"{V1}/password-recovery/ada@example.com")).status_code,
            (await client.post(f"{V1}/password-recovery/ada%2540example.com/")).status_code,
            (
                await client.post(f"{V1}/reset-password/", json={"token": SECRETS["token"], "new_password": "x" * 9})
            ).status_code,
            (await client.get(f"{V1}/users/", params={"q": SECRETS["query"]})).status_code,
            (await client.get("/two%0Alines")).status_code,
            (await client.get(f"{V1}/health/ready")).status_code,
        ]
        assert statuses[-1] == 503, "a failed probe is logged, a successful one is not"
        assert (await client.get(f"{V1}/health/live")).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        await server.ended()
    written = "".join(server.lines)
    events = as_events(server.lines)
    assert 500 in statuses, "no error with a traceback was logged, so this test could not find local variables"
    assert [event["status"] for event in events if event["event"] == "request"] == statuses
    assert {"unhandled_error", "Started parent process", "Shutting down"} <= {
        event["event"].partition(" [")[0] for event in events
    }
    assert [name for name, secret in SECRETS.items() if secret in written] == []
    assert STRONG not in written
    assert "ada" not in "".join(event.get("path", "") for event in events)


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_op03_traceback_is_one_line_without_local_variables(environment: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", FAILING],
        cwd=conftest.BACKEND_DIR,
        env={**os.environ, **OUTSIDE, "ENVIRONMENT": environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    ours, librarys = as_events(result.stdout.splitlines())
    for event in (ours, librarys):
        assert (event["event"], event["level"]) == ("it failed\non two lines", "error")
        assert event["exception"][0]["exc_value"] == "wrong"
    assert "31415926535" not in result.stdout


PATH_WITH_ESCAPES = """
from app.core.logging import access_logger, configure_logging
configure_logging()
access_logger()(path="/\\x1b]0;title\\x07\\x00\\x9b31m")
"""


def test_op03_terminal_gets_no_control_characters() -> None:
    """Any page that the developer visits can request such a path from the local stack."""
    result = subprocess.run(
        [sys.executable, "-c", PATH_WITH_ESCAPES],
        cwd=conftest.BACKEND_DIR,
        env={**os.environ, "ENVIRONMENT": "local", "LOG_LEVEL": "info"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )
    assert rb"/\x1b]0;title\x07\x00\x9b31m" in result.stdout
    assert not set(result.stdout.decode()) & {"\x1b", "\x07", "\x00", "\x9b"}


def test_each_log_line_is_a_single_write() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        subprocess.run(
            [sys.executable, "-c", THREE_WAYS],
            cwd=conftest.BACKEND_DIR,
            env={**os.environ, **OUTSIDE, "ENVIRONMENT": "production", "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "info"},
            stdout=theirs.fileno(),
            check=True,
            timeout=60,
        )
        ours.setblocking(False)
        writes = [ours.recv(10_000).decode() for _ in range(3)]
        with pytest.raises(BlockingIOError):
            ours.recv(1)
    assert [write[-1] for write in writes] == ["\n"] * 3
    assert [event["event"] for event in as_events(writes)] == ["ours", "a library's", "request"]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/v1/users/7", "/api/v1/users/7"),
        ("/api/v1/password-recovery/ada@example.com", "/api/v1/password-recovery/*"),
        ("/api/v1/password-recovery/ada@example.com/more", "/api/v1/password-recovery/*"),
        ("/api/v1/password-recovery/ann/sales@example.com", "/api/v1/password-recovery/*"),
        ("/api/v1/ada@example.com", "/*"),
        ("/ann/sales@example.com", "/*"),
        ("/" + "a" * 5_000, "/" + "a" * 999),
        ("/api/v1/password-recovery/ada%40example.com", "/api/v1/password-recovery/*"),
    ],
)
def test_op03_path_is_logged_without_addresses(path: str, logged: str) -> None:
    assert loggable(path) == logged
