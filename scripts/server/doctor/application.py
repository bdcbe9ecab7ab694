"""The application's checks of itself: `python -m app.doctor`, in its container or in the embedded stack."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.server.compose import ROOT, OpsError, compose
from scripts.server.doctor.docker import first_line
from scripts.server.doctor.findings import Finding, failed, skipped

SECONDS = 60
# The entrypoint sets the number of processes. Status 1 means that there are findings.
_COMMAND = ("sh", "-c", "/docker-entrypoint.sh python -m app.doctor --json || test $? = 1")


def embedded_stack(file: Path) -> dict[str, Any] | None:
    """Return `stack.json` of a running `./scripts/start`, or None if none is running."""
    try:
        facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        os.kill(int(facts["pid"]), 0)
    except (FileNotFoundError, ValueError, KeyError, ProcessLookupError):
        return None
    except PermissionError:
        pass  # it is running, as another user
    return facts


def ask_embedded(settings: Mapping[str, str]) -> list[Finding]:
    """Run the checks with the settings that the stack gives its own processes."""
    python = ROOT / "backend" / ".venv" / "bin" / "python"
    try:
        done = subprocess.run(
            [python, "-m", "app.doctor", "--json"],
            cwd=ROOT / "backend",
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        detail = f"`python -m app.doctor` did not finish ({type(error).__name__})."
        fix = "Run ./scripts/start again, which updates the application's packages."
        return [failed("application", "The application's checks could not run", detail, fix)]
    return read_findings(done.stdout)


def ask_container() -> list[Finding]:
    """Run the checks in the running backend container, or else in a new one."""
    try:
        return read_findings(compose("exec", "-T", "backend", *_COMMAND, seconds=SECONDS))
    except OpsError:
        pass  # it is not running; check_containers says why
    options = ("--rm", "--no-deps", "--no-TTY", "--pull=never")
    try:
        return read_findings(compose("run", *options, "backend", *_COMMAND, seconds=SECONDS))
    except OpsError as error:
        fix = "If there is no image yet, run docker compose build backend. Otherwise, follow the message."
        return [failed("application", "The application's checks could not run", first_line(error), fix)]


def read_findings(output: str) -> list[Finding]:
    """Parse the output of `app.doctor`, an optional part of the application."""
    try:
        return [Finding(**finding) for finding in json.loads(output)["findings"]]
    except (ValueError, TypeError, KeyError):
        return [skipped("application", "Application", "This release has no `app.doctor`, or it does not run.")]
