"""Create projects from the working tree as a team does: with copier, then git."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.local.repository import copy_repository

# Run by path: the module would be found in a project's own `scripts` first.
FAST_COPIER = Path(__file__).with_name("fast_copier.py")
IDENTITY = ("-c", "user.name=Template", "-c", "user.email=template@example.com")


class TemplateError(Exception):
    """A project is not as expected; the message says why."""


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None, seconds: float = 600) -> str:
    """Run a command and return its output. Raises TemplateError with the output if it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    if result.returncode != 0:
        raise TemplateError(f"In {cwd}, {' '.join(map(str, command))} failed:\n{result.stdout}")
    return result.stdout


def commit(folder: Path, message: str, *, tag: str | None = None) -> None:
    if not (folder / ".git").exists():
        run("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    run("git", "add", "--all", cwd=folder)
    run("git", *IDENTITY, "commit", "--quiet", "--allow-empty", "--message", message, cwd=folder)
    if tag:
        run("git", *IDENTITY, "tag", "--annotate", tag, "--message", tag, cwd=folder)


def copy_of_the_template(folder: Path, *, tag: str = "v0.1.0") -> Path:
    """Create a separate repository that contains the working tree as one tagged commit."""
    copy_repository(folder)
    commit(folder, "The template", tag=tag)
    return folder


def copier(*arguments: str | Path, cwd: Path) -> str:
    return run(sys.executable, FAST_COPIER, *arguments, cwd=cwd)


def plain_copier(*arguments: str | Path, cwd: Path) -> str:
    """Run the original copier, as a team does."""
    return run(sys.executable, "-m", "copier", *arguments, cwd=cwd)


def answers(values: Mapping[str, str | bool]) -> list[str]:
    return [
        f"--data={name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in values.items()
    ]


def make_project(template: Path, target: Path, values: Mapping[str, str | bool]) -> Path:
    """Copy and commit a project, without questions and without --trust."""
    copier("copy", "--quiet", "--defaults", *answers(values), template, target, cwd=template.parent)
    commit(target, "Start from the template")
    return target


def update(project: Path, values: Mapping[str, str | bool] | None = None) -> str:
    return copier("update", "--defaults", *answers(values or {}), cwd=project)
