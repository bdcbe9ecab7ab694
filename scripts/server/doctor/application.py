"""What the application says about itself: `python -m app.doctor`, in its container or in the embedded stack."""

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
# By the entrypoint, which knows how many processes there are. Status 1 is that of findings.
_COMMAND = ("sh", "-c", "/docker-entrypoint.sh python -m app.doctor --json || test $? = 1")


def embedded_stack(file: Path) -> dict[str, Any] | None:
    """The facts of a stack that `./scripts/start` runs here; None when none runs."""
    try:
        facts: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        os.kill(int(facts["pid"]), 0)
    except (FileNotFoundError, ValueError, KeyError, ProcessLookupError):
        return None
    except PermissionError:
        pass  # it runs, as another user
    return facts


def ask_embedded(settings: Mapping[str, str]) -> list[Finding]:
    """With the settings that the stack gave to its own processes."""
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
        detail = f"`python -m app.doctor` did not run to its end ({type(error).__name__})."
        return [
            failed("application", "The application cannot be asked", detail, "./scripts/start brings it up to date.")
        ]
    return read_findings(done.stdout)


def ask_container() -> list[Finding]:
    """In the running backend, or else in one that is started for it."""
    try:
        return read_findings(compose("exec", "-T", "backend", *_COMMAND, seconds=SECONDS))
    except OpsError:
        pass  # it does not run; why is told by the containers
    options = ("--rm", "--no-deps", "--no-TTY", "--pull=never")
    try:
        return read_findings(compose("run", *options, "backend", *_COMMAND, seconds=SECONDS))
    except OpsError as error:
        fix = "docker compose build backend, when there is no image yet; else what the message says."
        return [failed("application", "The application cannot be asked", first_line(error), fix)]


def read_findings(output: str) -> list[Finding]:
    """What `app.doctor` has written; it is an optional part of the application."""
    try:
        return [Finding(**each) for each in json.loads(output)["findings"]]
    except (ValueError, TypeError, KeyError):
        return [skipped("application", "Application", "This release has no `app.doctor` that can be asked.")]
