"""The commands in the guides, and where each of them is run."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from scripts.tests.deploy.files import ROOT, read

RUNNING = (
    "settings",
    "updates",
    "backups",
    "doctor",
    "health",
    "keys",
    "limits",
    "metrics",
    "operations",
    "containers",
    "staging",
    "scaling",
    "kubernetes",
)
SERVER_GUIDES = ("deployment.md", *(f"docs/running/{topic}.md" for topic in RUNNING))
"""In the order in which their commands run on one server."""

GUIDES = ("README.md", "development.md", *SERVER_GUIDES)

HERE = "in a copy of the repository"
OWN = "by a separate test"
COMPOSE = "on a server's stack in containers"

WAYS: dict[str, str] = {
    # README.md
    "./scripts/start": "tests/local/test_stack.py runs the first command, and these tests are a part of the second",
    # development.md
    "cd frontend && npm run dev": OWN,
    # deployment.md and docs/running
    "apt-get update": "installs packages of Ubuntu",
    "git clone": "needs somebody's repository",
    "install -d -m 700": HERE,
    "for name in SECRET_KEY": HERE,
    "(cd .local/secrets": HERE,
    "chown 10001": HERE,
    "cat > .local/server.env": HERE,
    "export COMPOSE_FILE": HERE,
    "docker compose up --build": COMPOSE,
    "cat .local/secrets/FIRST_SUPERUSER_PASSWORD": HERE,
    "openssl rand -hex 32 > .local/secrets/SECRET_KEY": COMPOSE,
    "password=$(openssl": COMPOSE,
    "openssl rand -hex 32 > .local/secrets/FIRST_SUPERUSER_PASSWORD": HERE,
    "${EDITOR:-vi} .local/secrets/SMTP_PASSWORD": COMPOSE,
    "git pull": "needs a newer release at the origin",
    "export COMPOSE_FILE=docker-compose.yml:docker-compose.backups.yml": COMPOSE,
    "keys=$(./scripts/backups key": COMPOSE,
    "./scripts/backups list": "needs a backup; tests/compose/test_backup.py restores one",
    "./scripts/doctor": "needs a domain; tests/server/doctor has good and broken setups",
    'echo "METRICS_TOKEN=': HERE,
    "docker compose exec backend python -m app.cli keys": "backend/tests/system/test_cli.py runs them",
    "openssl genpkey": "prints a key; backend/tests/security/test_jw_keys.py reads such keys",
    "docker image inspect": COMPOSE,
    "docker compose exec -T backend cat /sbom.cdx.json": COMPOSE,
    "docker compose up --build --detach --wait frontend backend": "needs a second domain and a second checkout",
    "TAG=1 docker compose build": COMPOSE,
    "kubectl kustomize": "tests/deploy/test_kubernetes.py runs it, where there is kubectl",
    "kubectl apply": "needs a cluster",
    "kubectl --namespace app delete job": "needs a cluster",
}
"""Where a block is run, or why it is not, by how it begins. The longest match counts."""

if (ROOT / "copier.yml").exists():
    WAYS["copier copy"] = "needs the repository's address; tests/template makes projects"


@dataclass(frozen=True)
class Block:
    guide: str
    line: int
    text: str

    @property
    def key(self) -> str | None:
        return max((key for key in WAYS if self.text.startswith(key)), key=len, default=None)

    @property
    def way(self) -> str | None:
        return WAYS[self.key] if self.key else None

    def __str__(self) -> str:
        return f"{self.guide}:{self.line}"


def blocks(guide: str) -> list[Block]:
    """Return the fenced blocks of commands in order, without the indentation of a surrounding list."""
    found = []
    text = read(guide)
    for match in re.finditer(r"^( *)```(?:sh|bash|console)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        lines = [line.removeprefix(match[1]) for line in match[2].splitlines()]
        found.append(Block(guide, text.count("\n", 0, match.start()) + 2, "\n".join(lines)))
    return found


def server_script(*ways: str) -> str:
    """One script of all blocks for a server that are run in these ways. It prints the position of each block."""
    chosen = [block for guide in SERVER_GUIDES for block in blocks(guide) if block.way in ways]
    return "\n".join(["set -euo pipefail", *(f"echo '--- {block}' >&2\n{block.text}" for block in chosen), ""])


def server_environment(work: Path) -> dict[str, str]:
    """Return an operator's environment, with a fake editor that enters a password, and a fake `chown` unless root."""
    tools = work / "tools"
    tools.mkdir()
    stand_ins = {"editor": 'openssl rand -hex 16 > "$1"'}
    if os.getuid() != 0:
        stand_ins["chown"] = 'shift; chmod a+r "$@"'
    for name, command in stand_ins.items():
        (tools / name).write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    return {"EDITOR": "editor", "PATH": f"{tools}:{os.environ['PATH']}"}
