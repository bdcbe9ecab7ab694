"""A complete server in Docker for tests and measurements: a copy of the repository with its own stack."""

import os
import re
import secrets
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.local.environment import MANY_REQUESTS
from scripts.local.repository import copy_repository

COMMAND_SECONDS = 580.0
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD")
# A server's mail and storage can work without these.
EMPTY_SECRETS = ("SMTP_PASSWORD", "STORAGE_SECRET_ACCESS_KEY")
EMAIL = "admin@example.com"
# Only what Docker's command line needs: our other variables would override the stack's settings.
PASSED_ON = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_SOCK", "DOCKER_CONFIG", "DOCKER_CONTEXT")
# Nothing listens here, so the proxy gets no certificate and uses its own.
UNUSED_ACME_SERVER = "https://127.0.0.1:9/"

# Publish a free port instead of 80 and 443.
OVERRIDE = """services:
  proxy:
    ports: !override ["127.0.0.1::443"]
"""


def dockers_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def new_secrets() -> dict[str, str]:
    return {name: secrets.token_hex(32) for name in SECRETS} | dict.fromkeys(EMPTY_SECRETS, "")


def write_secrets(folder: Path, values: Mapping[str, str]) -> Path:
    """Write secret files that the containers' user can read. The private parent folder keeps other users out."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    for name, value in values.items():
        (folder / name).write_text(value, encoding="utf-8")
        (folder / name).chmod(0o644)
    return folder


@dataclass(frozen=True)
class Server:
    """A server. `root` is its copy of the repository."""

    root: Path
    name: str
    env: Mapping[str, str]

    @property
    def domain(self) -> str:
        return f"{self.name}.test"

    @property
    def password(self) -> str:
        return (self.root / ".local" / "secrets" / "FIRST_SUPERUSER_PASSWORD").read_text(encoding="utf-8")

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy. With `check`, raises `AssertionError` with the output if it fails."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=dict(self.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}")
        return done

    def compose(self, *arguments: str) -> str:
        return self.run("docker", "compose", *arguments).stdout.strip()

    def containers(self, service: str) -> list[str]:
        """Return the ids of the service's running containers."""
        return self.compose("ps", "--quiet", "--no-trunc", service).split()

    def tag(self, service: str) -> str:
        """Return the image tag of the service's only container."""
        [container] = self.containers(service)
        return self.run("docker", "inspect", "--format={{.Config.Image}}", container).stdout.strip().rpartition(":")[2]

    def deploy(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("./scripts/deploy", *arguments, check=check)

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file of the copy. Raises `AssertionError` if it is missing."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise AssertionError(f"{path} does not contain {old!r}")
        file.write_text(text.replace(old, new), encoding="utf-8")

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "test")

    def port(self) -> int:
        return int(self.compose("port", "proxy", "443").rpartition(":")[2])


@contextmanager
def server(name: str) -> Iterator[Server]:
    """Create a server where nothing is running yet. Afterwards, remove its containers, volumes and images."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
        root = Path(folder) / "checkout"
        copy_repository(root)
        _write_settings(root, name)
        own = Path(folder) / "override.yml"
        own.write_text(OVERRIDE, encoding="utf-8")
        files = {"COMPOSE_FILE": f"docker-compose.yml:{own}", "COMPOSE_ENV_FILES": ".env,.local/server.env"}
        created = Server(root, name, {**dockers_environment(), **files})
        try:
            created.run("git", "init", "--quiet")
            created.commit()
            yield created
        finally:
            created.run("docker", "compose", "down", "--volumes", "--remove-orphans", "--timeout=0", check=False)
            _remove_images(created)


def _write_settings(root: Path, name: str) -> None:
    write_secrets(root / ".local" / "secrets", new_secrets())
    settings = {
        "STACK_NAME": name,
        "DOMAIN": f"{name}.test",
        "FIRST_SUPERUSER": EMAIL,
        "DEPLOY_ENVIRONMENT": "staging",
        "ACME_SERVER": UNUSED_ACME_SERVER,
        # The load uses one token for all of its time.
        "ACCESS_TOKEN_EXPIRE_MINUTES": "720",
        **MANY_REQUESTS,
    }
    text = "".join(f"{key}={value}\n" for key, value in settings.items())
    (root / ".local" / "server.env").write_text(text, encoding="utf-8")


def _remove_images(created: Server) -> None:
    listed = created.run("docker", "images", "--format={{.Repository}}:{{.Tag}}", check=False).stdout.split()
    own = [image for image in listed if re.match(rf"{re.escape(created.name)}-(backend|frontend):", image)]
    if own:
        created.run("docker", "image", "rm", "--force", *own, check=False)


def unverified() -> ssl.SSLContext:
    """Return a context that accepts the proxy's own certificate: a test has no other."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
