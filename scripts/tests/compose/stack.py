"""A stack from the project's Compose files on free ports of this machine, and its clients."""

import json
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx2

from scripts.measure.docker_stack import UNUSED_ACME_SERVER, dockers_environment, new_secrets, write_secrets
from scripts.tests.deploy.files import ROOT

COMMAND_SECONDS = 540
WAIT_SECONDS = 60


class Stack:
    """One Compose project. `settings` has the same names as a server's `.local/server.env`."""

    def __init__(self, folder: Path, name: str, *files: str, **settings: str) -> None:
        folder.mkdir()
        self.name = name
        self.domain = settings["DOMAIN"]
        self.secrets = new_secrets()
        self.secrets_folder = write_secrets(folder / "secrets", self.secrets)
        self.environment = {
            **dockers_environment(),
            "COMPOSE_FILE": ":".join(files),
            "STACK_NAME": name,
            "SECRETS_DIR": str(self.secrets_folder),
            "ACME_SERVER": UNUSED_ACME_SERVER,
            "COMPOSE_PROGRESS": "plain",
            **settings,
        }

    def run(
        self, *arguments: str, status: int | None = 0, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `docker ARGUMENTS`. The test fails unless the exit status is `status`; None allows any."""
        result = subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if status is not None:
            assert result.returncode == status, f"docker {' '.join(arguments)}:\n{result.stdout}{result.stderr}"
        return result

    def compose(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self.run("compose", *arguments, **options)

    def up(self, *services: str) -> None:
        result = self.compose("up", "--build", "--detach", "--wait", "--wait-timeout", "180", *services, status=None)
        if result.returncode != 0:
            logs = self.compose("logs", "--tail=40", status=None).stdout
            raise AssertionError(f"The stack did not start:\n{result.stderr}\n{logs}")

    def down(self) -> list[str]:
        """Remove everything of the stack except its images. Returns the ids of leftovers."""
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "0", "--remove-orphans", status=None)
        mine = f"label=com.docker.compose.project={self.name}"
        kinds = (("container", "ls", "--all"), ("volume", "ls"), ("network", "ls"))
        return [id for kind in kinds for id in self.run(*kind, "--quiet", "--filter", mine).stdout.split()]

    def remove_images(self) -> None:
        self.run("image", "rm", f"{self.name}-backend", f"{self.name}-frontend", status=None)

    def container(self, service: str) -> str:
        return self.compose("ps", "--all", "--quiet", service).stdout.strip()

    def inspect(self, service: str) -> Any:
        return json.loads(self.run("inspect", self.container(service)).stdout)[0]

    def port(self, service: str, port: int) -> int:
        return int(self.compose("port", service, str(port)).stdout.strip().rpartition(":")[2])

    def log(self, service: str) -> list[dict[str, Any]]:
        """Return the JSON lines in a service's log."""
        lines = self.compose("logs", "--no-log-prefix", "--no-color", service).stdout.splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def visitor(self, host: str, *, proxy: "Stack | None" = None, plain: bool = False) -> "Visitor":
        """Return a client for HOST.DOMAIN through the proxy of this stack or of another one."""
        port = (proxy or self).port("proxy", 80 if plain else 443)
        return Visitor(f"{host}.{self.domain}", port, plain=plain)


class Visitor(httpx2.Client):
    """A client that sends requests for another host to the proxy on this machine, with SNI."""

    def __init__(self, host: str, port: int, *, plain: bool) -> None:
        self.host, self.port = host, port
        scheme = "http" if plain else "https"
        headers = {"Host": host, "Origin": f"{scheme}://{host}"}
        super().__init__(base_url=f"{scheme}://127.0.0.1:{port}", headers=headers, verify=False, timeout=30)

    def request(self, method: str, url: Any, **options: Any) -> httpx2.Response:
        options["extensions"] = {"sni_hostname": self.host}
        return super().request(method, url, **options)

    def wait_for_the_api(self) -> None:
        """Wait until the proxy routes to the API: it notices a healthy container slightly later than Compose."""
        wait_until(lambda: self.get("/api/v1/health/ready").status_code == 200, f"the API on {self.host}")

    def connect(self) -> ssl.SSLSocket:
        """Open a raw TLS connection, for invalid HTTP."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 10), server_hostname=self.host)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {WAIT_SECONDS} s"
        time.sleep(0.1)
