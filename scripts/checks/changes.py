"""What has changed since the main branch, and which tests `./scripts/test quick` runs for it."""

import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.checks.parts import ELSEWHERE, script_tests
from scripts.local.layout import ROOT

MAIN_BRANCHES = ("origin/HEAD", "origin/main", "main")
STRUCTURE = "tests/test_structure.py"
# Features that every promise of tests/security is about.
GUARDED = ("core", "auth", "users")
MIGRATION = re.compile(r"app/alembic/versions/\d{4}_([a-z]+)")
NO_PYTHON_TEST = ("Dockerfile", "docker-entrypoint.sh", ".dockerignore", "benchmarks/")
DEPLOYMENT = re.compile(
    r"(deploy|\.github)/|(backend|frontend)/(\S*Dockerfile|docker-entrypoint|nginx)|docker-compose|\.env$"
)


@dataclass(frozen=True)
class Changes:
    """Paths below the root, and the commit that they are compared with."""

    base: str
    paths: tuple[str, ...]

    def match(self, pattern: str) -> bool:
        """Whether the regular expression fits the beginning of a path."""
        return any(re.match(pattern, path) for path in self.paths)


def changes(root: Path = ROOT) -> Changes:
    """Everything that is not on the main branch: commits, staged, unstaged and new files.

    Without a main branch, and on it, what is not committed. CalledProcessError outside a repository.
    """
    base = _git(root, "rev-parse", "HEAD")[0]
    for branch in MAIN_BRANCHES:
        found = _git(root, "merge-base", "HEAD", branch, check=False)
        if found:
            base = found[0]
            break
    changed = _git(root, "diff", "--name-only", "--no-renames", base)
    new = _git(root, "ls-files", "--others", "--exclude-standard")
    return Changes(base, tuple(sorted({*changed, *new})))


def _git(root: Path, *arguments: str, check: bool = True) -> list[str]:
    command = ["git", "-c", "core.quotePath=false", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=check)
    return done.stdout.splitlines() if done.returncode == 0 else []


def backend_tests(paths: Iterable[str], root: Path = ROOT) -> list[str]:
    """Tests below backend/, for pytest. All of them, `tests`, when a file may concern any of them."""
    chosen: set[str] = set()
    for path in paths:
        if path.startswith("backend/") and not path.startswith(tuple(f"backend/{name}" for name in NO_PYTHON_TEST)):
            chosen |= _tests_of(path.removeprefix("backend/"), root / "backend")
    if "tests" in chosen:
        return ["tests"]
    return sorted(chosen | {STRUCTURE}) if chosen else []


def _tests_of(path: str, backend: Path) -> set[str]:
    top, _, rest = path.partition("/")
    feature, _, inside = rest.partition("/")
    if top == "tests" and inside:
        return _test_or_folder(path, f"tests/{feature}", backend)
    if migration := MIGRATION.match(path):
        return {f"tests/{name}" for name in (migration[1], "core") if (backend / "tests" / name).exists()}
    if top == "app" and inside and (backend / "tests" / feature).exists():
        return {f"tests/{feature}", *(["tests/security"] if feature in GUARDED else [])}
    return {STRUCTURE} if path == STRUCTURE else {"tests"}


def _test_or_folder(path: str, folder: str, base: Path) -> set[str]:
    """A changed test file itself, and for any other file all tests of its folder."""
    if re.search(r"(^|/)test_\w+\.py$", path):
        return {path} if (base / path).exists() else set()
    return {folder} if (base / folder).exists() else set()


def scripts_tests(paths: Iterable[str], root: Path = ROOT) -> list[str]:
    """Tests below scripts/tests, for pytest in backend/.

    None of the parts `template` and `compose`, which take minutes.
    """
    folders = {folder.name: f"scripts/tests/{folder.name}" for folder in script_tests(root)}
    chosen: set[str] = set()
    for path in paths:
        top, _, rest = path.partition("/")
        package, _, inside = rest.partition("/")
        if top == "scripts" and package == "tests":
            folder = inside.partition("/")[0]
            if folder in folders:
                chosen |= _test_or_folder(path, folders[folder], root)
            elif folder not in ELSEWHERE:
                chosen |= set(folders.values())
        elif top == "scripts" and inside:
            chosen |= {folders[package]} if package in folders else set()
        elif top == "scripts":
            chosen |= set(folders.values())
        elif DEPLOYMENT.match(path) and "deploy" in folders:
            chosen.add(folders["deploy"])
    return [f"../{path}" for path in sorted(chosen)]
