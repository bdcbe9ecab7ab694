"""The commands of deployment.md and docs/running, in order, with real containers."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local.repository import copy_repository
from scripts.tests.docs.guides import COMPOSE, HERE, server_environment, server_script

NAME = f"guide{os.getpid()}"
# Another program can use ports 80 and 443 of this machine.
PORTS = 'services: { proxy: { ports: !override ["127.0.0.1::443"] } }\n'
READY = """
for service in backend frontend; do test -n "$(docker compose ps --quiet $service)"; done
docker compose exec -T backend python -c \\
    'import urllib.request as r; r.build_opener(r.ProxyHandler({})).open("http://127.0.0.1:8000/api/v1/health/ready")'
test "$(grep -c AGE-SECRET-KEY .local/secrets/BACKUP_KEY)" = 2
"""
CLEAN_UP = """
docker compose down --volumes --timeout 0
docker image rm $(docker image ls --quiet "$STACK_NAME-*")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator["Server"]:
    server = Server(tmp_path)
    yield server
    server.run(
        "export COMPOSE_FILE=docker-compose.yml:docker-compose.backups.yml COMPOSE_ENV_FILES=.env,.local/server.env"
        + CLEAN_UP
    )


class Server:
    def __init__(self, work: Path) -> None:
        self.folder = copy_repository(work / "copy")
        (self.folder / "ports.yml").write_text(PORTS, encoding="utf-8")
        passed_on = {name: os.environ[name] for name in os.environ if name.startswith("DOCKER_") or name == "HOME"}
        # Request no certificate.
        own = {"STACK_NAME": NAME, "ACME_SERVER": "https://127.0.0.1:9/", "COMPOSE_PROGRESS": "plain"}
        self.env = {**passed_on, **server_environment(work), **own}

    def run(self, commands: str) -> "subprocess.CompletedProcess[str]":
        command = ["bash", "-c", commands]
        return subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=540, check=False
        )


def test_every_command_for_a_server_works(server: Server) -> None:
    commands = server_script(HERE, COMPOSE)
    assert "COMPOSE_FILE=docker-compose.yml " in commands
    commands = re.sub("COMPOSE_FILE=(\\S+)", r"COMPOSE_FILE=\1:ports.yml", commands)
    commands = commands.replace("app-production", NAME)
    result = server.run(commands + READY)
    assert result.returncode == 0, f"{result.stdout[-2000:]}\n{result.stderr[-6000:]}"
