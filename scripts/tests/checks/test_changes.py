import subprocess
from pathlib import Path

import pytest

from scripts.checks.changes import Changes, backend_tests, changes, scripts_tests
from scripts.checks.parts import script_tests
from scripts.local.layout import ROOT

STRUCTURE = "tests/test_structure.py"


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for name in ("kept", "edited", "staged", "deleted"):
        (tmp_path / name).write_text("1\n")
    (tmp_path / ".gitignore").write_text("ignored\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_uncommitted_and_new_files_are_changes(repository: Path) -> None:
    (repository / "edited").write_text("2\n")
    (repository / "staged").write_text("2\n")
    git(repository, "add", "staged")
    (repository / "deleted").unlink()
    (repository / "größer").touch()
    (repository / "ignored").touch()
    found = changes(repository)
    assert found == Changes(git(repository, "rev-parse", "HEAD"), ("deleted", "edited", "größer", "staged"))


def test_commits_of_a_branch_are_changes(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "switch", "--quiet", "--create", "branch")
    (repository / "edited").write_text("2\n")
    git(repository, "commit", "--quiet", "--all", "--message", "second")
    git(repository, "switch", "--quiet", "main")
    (repository / "kept").write_text("2\n")
    git(repository, "commit", "--quiet", "--all", "--message", "elsewhere")
    git(repository, "switch", "--quiet", "branch")
    assert changes(repository) == Changes(base, ("edited",))


def test_unpushed_commits_are_changes(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    git(repository, "update-ref", "refs/remotes/origin/main", base)
    (repository / "edited").write_text("2\n")
    git(repository, "commit", "--quiet", "--all", "--message", "second")
    assert changes(repository) == Changes(base, ("edited",))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("core", "notes", "security", "users"):
        (tmp_path / "backend" / "tests" / folder).mkdir(parents=True)
    for name in ("notes/test_routes.py", "notes/factories.py", "test_structure.py"):
        (tmp_path / "backend" / "tests" / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("backend/app/notes/crud.py", ["tests/notes", STRUCTURE]),
        ("backend/app/users/crud.py", ["tests/security", STRUCTURE, "tests/users"]),
        ("backend/app/core/http/problems.py", ["tests/core", "tests/security", STRUCTURE]),
        ("backend/app/alembic/versions/0300_notes.py", ["tests/core", "tests/notes", STRUCTURE]),
        ("backend/tests/notes/test_routes.py", ["tests/notes/test_routes.py", STRUCTURE]),
        ("backend/tests/notes/factories.py", ["tests/notes", STRUCTURE]),
        ("backend/tests/notes/test_deleted.py", []),
        ("backend/tests/test_structure.py", [STRUCTURE]),
        ("backend/tests/conftest.py", ["tests"]),
        ("backend/tests/fixtures.py", ["tests"]),
        ("backend/app/main.py", ["tests"]),
        ("backend/app/unknown/routes.py", ["tests"]),
        ("backend/uv.lock", ["tests"]),
        ("backend/Dockerfile", []),
        ("frontend/src/main.tsx", []),
        ("README.md", []),
    ],
)
def test_backend_file_selects_its_tests(root: Path, path: str, tests: list[str]) -> None:
    assert backend_tests([path], root) == tests


def test_all_backend_tests_include_the_others(root: Path) -> None:
    assert backend_tests(["backend/app/notes/crud.py", "backend/app/main.py"], root) == ["tests"]


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("scripts/checks/lint.py", ["../scripts/tests/checks"]),
        ("scripts/server/doctor/network.py", ["../scripts/tests/server"]),
        ("scripts/tests/local/test_ports.py", ["../scripts/tests/local/test_ports.py"]),
        ("scripts/tests/template/test_update.py", []),
        ("scripts/template/projects.py", []),
        ("docker-compose.yml", ["../scripts/tests/deploy"]),
        ("frontend/nginx.conf", ["../scripts/tests/deploy"]),
        (".github/workflows/test.yml", ["../scripts/tests/deploy"]),
        ("backend/app/notes/crud.py", []),
    ],
)
def test_script_selects_its_tests(path: str, tests: list[str]) -> None:
    assert scripts_tests([path]) == tests


@pytest.mark.parametrize("path", ["scripts/lib.sh", "scripts/tests/conftest.py"])
def test_common_script_file_selects_all_script_tests(path: str) -> None:
    assert scripts_tests([path]) == [f"../{folder.relative_to(ROOT)}" for folder in script_tests()]


def test_project_without_script_tests_runs_none(tmp_path: Path) -> None:
    assert scripts_tests(["scripts/checks/lint.py", "scripts/lib.sh"], tmp_path) == []
