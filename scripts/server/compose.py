"""Run Docker on the server: every command has a timeout and a readable error."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
SERVER_FILE = LOCAL / "server.env"

OUTPUT_LINES = 30


class OpsError(Exception):
    """Says what is wrong and what to do about it. Shown without a traceback."""


def compose_files(root: Path = ROOT) -> list[str]:
    """Return the Compose files of a server: the common one, then those of the features."""
    further = sorted(path.name for path in root.glob("docker-compose.*.yml") if "override" not in path.name)
    return ["docker-compose.yml", *further]


def environment() -> dict[str, str]:
    """Return the environment, with a server's Compose files unless it names others (deployment.md).

    A shell that names only `docker-compose.yml` gets the files of the features as well.
    """
    env_files = ".env,.local/server.env" if SERVER_FILE.exists() else ".env"
    named = os.environ.get("COMPOSE_FILE", "docker-compose.yml")
    files = os.pathsep.join(compose_files()) if named == "docker-compose.yml" else named
    given = {"COMPOSE_ENV_FILES": env_files, **os.environ}
    return {**given, "COMPOSE_FILE": files, "COMPOSE_PROGRESS": "plain", "COMPOSE_MENU": "false"}


def docker(
    *arguments: str,
    seconds: float = 60,
    env: Mapping[str, str] | None = None,
    stdin: IO[Any] | int = subprocess.DEVNULL,
    stdout: IO[Any] | int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
) -> str:
    """Run `docker ARGUMENTS` in the repository and return its output.

    `env` is added to the environment. Raises `OpsError` if it fails or takes longer than `seconds`.
    """
    shown = f"docker {' '.join(arguments)}"
    try:
        done = subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env={**environment(), **(env or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise OpsError("`docker` is not on PATH. Install Docker Engine with the Compose plugin.") from None
    except subprocess.TimeoutExpired:
        raise OpsError(f"`{shown}` took longer than {seconds:.0f} s and was stopped. Try again.") from None
    if done.returncode != 0:
        raise OpsError(f"`{shown}` failed with status {done.returncode}:\n{_last_lines(done.stdout, done.stderr)}")
    return done.stdout or ""


def compose(
    *arguments: str,
    seconds: float = 60,
    env: Mapping[str, str] | None = None,
    stdin: IO[Any] | int = subprocess.DEVNULL,
    stdout: IO[Any] | int = subprocess.PIPE,
) -> str:
    """Run `docker compose ARGUMENTS` on this server's stack. See `docker`."""
    return docker("compose", *arguments, seconds=seconds, env=env, stdin=stdin, stdout=stdout)


def _last_lines(*outputs: str | None) -> str:
    lines = [line for output in outputs for line in (output or "").splitlines()]
    return "\n".join(lines[-OUTPUT_LINES:])
