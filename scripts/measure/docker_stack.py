"""A whole server in Docker for tests and drills: a copy of the repository with a stack of its own."""

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

from scripts.local.layout import ROOT

COMMAND_SECONDS = 580.0
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD", "REDIS_PASSWORD")
# Which a server's mail and storage may do without.
EMPTY_SECRETS = ("SMTP_PASSWORD", "STORAGE_SECRET_ACCESS_KEY")
EMAIL = "admin@example.com"
# What Docker's command line needs; settings of our own would win over the stack's.
PASSED_ON = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_SOCK", "DOCKER_CONFIG", "DOCKER_CONTEXT")
# No certificate is asked for: the proxy answers with one of its own.
ACME_SERVER_OF_NOBODY = "https://127.0.0.1:9/"

# The test's own port instead of those that a server publishes.
OVERRIDE = """services:
  proxy:
    ports: !override ["127.0.0.1::443"]
"""


def dockers_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}


def new_secrets() -> dict[str, str]:
    return {name: secrets.token_hex(32) for name in SECRETS} | dict.fromkeys(EMPTY_SECRETS, "")


def write_secrets(folder: Path, values: Mapping[str, str]) -> Path:
    """Containers read them as another user than ours; the folder around keeps everybody else of this machine out."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    for name, value in values.items():
        (folder / name).write_text(value, encoding="utf-8")
        (folder / name).chmod(0o644)
    return folder


@dataclass(frozen=True)
class Server:
    """`root` is the copy of the repository, to change and to deploy from."""

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
        """Run a command in the copy. With `check`, raises `AssertionError` with its output when it fails."""
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
        """Ids of those that run."""
        return self.compose("ps", "--quiet", "--no-trunc", service).split()

    def tag(self, service: str) -> str:
        """That of the image which the only container of the service has."""
        [container] = self.containers(service)
        return self.run("docker", "inspect", "--format={{.Config.Image}}", container).stdout.strip().rpartition(":")[2]

    def deploy(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run("./scripts/deploy", *arguments, check=check)

    def change(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file of the copy, where it has to be."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise AssertionError(f"{path} has no {old!r}")
        file.write_text(text.replace(old, new), encoding="utf-8")

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "test")

    def port(self) -> int:
        return int(self.compose("port", "proxy", "443").rpartition(":")[2])


@contextmanager
def server(name: str) -> Iterator[Server]:
    """A server where nothing runs yet. Its containers, volumes and images are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
        root = Path(folder) / "checkout"
        _copy_repository(root)
        _write_settings(root, name)
        own = Path(folder) / "override.yml"
        own.write_text(OVERRIDE, encoding="utf-8")
        files = {"COMPOSE_FILE": f"docker-compose.yml:{own}", "COMPOSE_ENV_FILES": ".env,.local/server.env"}
        made = Server(root, name, {**dockers_environment(), **files})
        try:
            made.run("git", "init", "--quiet")
            made.commit()
            yield made
        finally:
            made.run("docker", "compose", "down", "--volumes", "--remove-orphans", "--timeout=5", check=False)
            _remove_images(made)


def _copy_repository(root: Path) -> None:
    """What is tracked, and what would be: as it is here, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=30,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)


def _write_settings(root: Path, name: str) -> None:
    write_secrets(root / ".local" / "secrets", new_secrets())
    settings = {
        "STACK_NAME": name,
        "DOMAIN": f"{name}.test",
        "FIRST_SUPERUSER": EMAIL,
        "DEPLOY_ENVIRONMENT": "staging",
        "ACME_SERVER": ACME_SERVER_OF_NOBODY,
    }
    text = "".join(f"{key}={value}\n" for key, value in settings.items())
    (root / ".local" / "server.env").write_text(text, encoding="utf-8")


def _remove_images(made: Server) -> None:
    listed = made.run("docker", "images", "--format={{.Repository}}:{{.Tag}}", check=False).stdout.split()
    own = [image for image in listed if re.match(rf"{re.escape(made.name)}-(backend|frontend):", image)]
    if own:
        made.run("docker", "image", "rm", "--force", *own, check=False)


def unverified() -> ssl.SSLContext:
    """Trusts the proxy's own certificate: no authority gives one to a test."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
