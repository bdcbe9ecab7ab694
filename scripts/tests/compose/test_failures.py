"""Failures of a process, the database or a client, and starts that must be refused (R2)."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import httpx2
import pytest

from scripts.measure.docker_stack import write_secrets
from scripts.tests.compose.stack import WAIT_SECONDS, Stack, Visitor, wait_until

KILL_A_WORKER = """
import os, signal
def parent(pid): return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1]
def command(pid): return open(f"/proc/{pid}/cmdline").read()
workers = [p for p in os.listdir("/proc") if p.isdigit() and parent(p) == "1" and "spawn_main" in command(p)]
os.kill(int(workers[0]), signal.SIGKILL)
print(len(workers))
"""


SEND_REQUEST = """
import sys, urllib.request as r
path, authorization = sys.argv[1:]
try:
    request = r.Request(f"http://127.0.0.1:8000{path}", headers={"Authorization": authorization})
    response = r.urlopen(request, timeout=12)
except r.HTTPError as error:
    response = error
print(response.status, response.headers["Retry-After"])
"""


def status_from_inside(stack: Stack, path: str, *, authorization: str = "") -> list[str]:
    """Return status and `Retry-After` of the API without the proxy, within 10 s plus 2 s for a busy machine."""
    return stack.compose("exec", "-T", "backend", "python", "-c", SEND_REQUEST, path, authorization).stdout.split()


class Writer:
    """A user who keeps changing their name, and the acknowledged versions."""

    def __init__(self, api: Visitor) -> None:
        self.api = api
        self.acknowledged: list[int] = []
        self.statuses: list[int] = []

    def write(self) -> None:
        try:
            response = self.api.patch("/api/v1/users/me", json={"full_name": f"Name {len(self.statuses)}"})
        except httpx2.TransportError:
            self.statuses.append(0)
            return
        self.statuses.append(response.status_code)
        if response.status_code < 300:
            self.acknowledged.append(response.json()["version"])

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        ends = threading.Event()

        def work() -> None:
            while not ends.wait(0.02):
                self.write()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            wait_until(lambda: len(self.acknowledged) >= 10, "writing")
            yield
        finally:
            ends.set()
            thread.join(WAIT_SECONDS)

    def assert_nothing_is_lost(self) -> None:
        """A lost change would have left its version to the next change, or to none."""
        assert self.acknowledged == sorted(set(self.acknowledged))
        assert self.api.get("/api/v1/users/me").json()["version"] >= self.acknowledged[-1]


def test_r10_killed_worker_is_replaced(production: Stack, api: Visitor) -> None:
    writer = Writer(api)
    with writer.at_work():
        before = int(production.compose("exec", "-T", "backend", "python", "-c", KILL_A_WORKER).stdout)
        done = len(writer.acknowledged)
        wait_until(lambda: len(writer.acknowledged) >= done + 50, "more writes")
    bad = [status for status in writer.statuses if status >= 500 or status == 0]
    assert len(bad) <= 1, "only the killed process's own request can fail"
    writer.assert_nothing_is_lost()
    wait_until(
        lambda: (
            int(
                production.compose(
                    "exec", "-T", "backend", "python", "-c", KILL_A_WORKER.replace("os.kill", "#")
                ).stdout
            )
            == before
        ),
        "a new worker",
    )
    assert production.inspect("backend")["RestartCount"] == 0


def test_killed_database_loses_no_acknowledged_write(production: Stack, api: Visitor) -> None:
    writer = Writer(api)
    with writer.at_work():
        production.compose("kill", "db")
        try:
            wait_until(lambda: 503 in writer.statuses, "a 503 without the database")
            # A write can fail before the next check of the readiness.
            wait_until(lambda: api.get("/api/v1/health/ready").status_code == 503, "the readiness to fail")
            assert status_from_inside(production, "/api/v1/health/live") == ["200", "None"]
        finally:
            production.compose("start", "db")  # the other tests need it
        done = len(writer.acknowledged)
        wait_until(lambda: len(writer.acknowledged) > done + 10, "new writes")
    assert set(writer.statuses) <= {200, 201, 503}
    writer.assert_nothing_is_lost()
    assert api.get("/api/v1/health/ready").status_code == 200


@contextlib.contextmanager
def unplugged(stack: Stack, service: str) -> Iterator[None]:
    """Drop the service's packets silently: no connection is closed."""
    networks = stack.inspect(service)["NetworkSettings"]["Networks"]
    for network in networks:
        stack.run("network", "disconnect", network, stack.container(service))
    try:
        yield
    finally:
        for network in networks:
            stack.run("network", "connect", "--alias", service, network, stack.container(service))


def test_r14_dead_database_link_is_noticed(production: Stack, api: Visitor) -> None:
    assert api.get("/api/v1/users/me").status_code == 200
    token = api.headers["Authorization"]
    with unplugged(production, "db"):
        for _ in ("on the open connection", "on a new one"):
            assert status_from_inside(production, "/api/v1/users/me", authorization=token) == ["503", "1"]
        assert status_from_inside(production, "/api/v1/health/live") == ["200", "None"]
    wait_until(lambda: api.get("/api/v1/users/me").status_code == 200, "new reads")


def test_we10_endless_request_is_aborted(production: Stack, dashboard: Visitor) -> None:
    head = f"POST /api/v1/login/access-token HTTP/1.1\r\nHost: {dashboard.host}\r\n"
    body = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    with dashboard.connect() as slow_headers, dashboard.connect() as slow_body:
        slow_headers.sendall(head.encode())
        slow_body.sendall((head + body).encode())
        for connection in (slow_headers, slow_body):
            connection.settimeout(45)
            with contextlib.suppress(ConnectionError):
                while connection.recv(4096):
                    pass


@pytest.mark.parametrize("name", ["SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD"])
@pytest.mark.parametrize("value", [None, "", "changethis"])
def test_op01_missing_or_default_secret_refuses_the_start(
    production: Stack, other_secrets: Path, name: str, value: str | None
) -> None:
    values = {**production.secrets, name: value or ""}
    other_secrets.parent.mkdir()
    folder = write_secrets(other_secrets, values)
    if value is None:
        (folder / name).unlink()
    # The first password is needed only while there is no superuser, so each start gets an empty database.
    database = f"empty_{token_hex(4)}"
    production.compose("exec", "-T", "db", "createdb", "--username", "app", database)
    command = ("run", "--rm", "--no-deps", "-T", "--env", f"POSTGRES_DB={database}", "prestart")
    result = production.compose(*command, status=None, environment={"SECRETS_DIR": str(folder)})
    assert result.returncode != 0
    assert name in result.stdout + result.stderr
