"""Runs Docker on the server: every command has a bound, and an error that can be read."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
SERVER_FILE = LOCAL / "server.env"

OUTPUT_LINES = 30


class OpsError(Exception):
    """What is wrong and what to do about it; shown without a traceback."""


def environment() -> dict[str, str]:
    """Ours, with the files that a server uses unless it names others (deployment.md)."""
    files = ".env,.local/server.env" if SERVER_FILE.exists() else ".env"
    defaults = {"COMPOSE_FILE": "docker-compose.yml", "COMPOSE_ENV_FILES": files}
    return {**defaults, **os.environ, "COMPOSE_PROGRESS": "plain", "COMPOSE_MENU": "false"}


def docker(
    *arguments: str,
    seconds: float = 60,
    env: Mapping[str, str] | None = None,
    stdin: IO[Any] | int = subprocess.DEVNULL,
    stdout: IO[Any] | int = subprocess.PIPE,
) -> str:
    """Run `docker ARGUMENTS` in the repository and return what it printed.

    `env` is added to the environment. Raises `OpsError` when it fails or takes longer than `seconds`.
    """
    return _run(["docker", *arguments], seconds, env, stdin, stdout)


def compose(
    *arguments: str,
    seconds: float = 60,
    env: Mapping[str, str] | None = None,
    stdin: IO[Any] | int = subprocess.DEVNULL,
    stdout: IO[Any] | int = subprocess.PIPE,
) -> str:
    """Run `docker compose ARGUMENTS` on this server's stack, as `docker` does."""
    return _run(["docker", "compose", *arguments], seconds, env, stdin, stdout)


def _run(
    command: Sequence[str],
    seconds: float,
    env: Mapping[str, str] | None,
    stdin: IO[Any] | int,
    stdout: IO[Any] | int,
) -> str:
    shown = " ".join(command)
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**environment(), **(env or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise OpsError("There is no `docker` on PATH. Install Docker Engine with the Compose plugin.") from None
    except subprocess.TimeoutExpired:
        raise OpsError(f"`{shown}` took longer than {seconds:.0f} s and was stopped.") from None
    if done.returncode != 0:
        raise OpsError(f"`{shown}` failed with status {done.returncode}:\n{_last_lines(done.stderr, done.stdout)}")
    return done.stdout or ""


def _last_lines(stderr: str, stdout: str | None) -> str:
    lines = [*(stdout or "").splitlines(), *stderr.splitlines()]
    return "\n".join(lines[-OUTPUT_LINES:])
