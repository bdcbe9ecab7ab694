"""docs/writing-a-feature.md works as described, in a copy of the project."""

import ast
import inspect
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.core.database.statements import Statement
from scripts.checks.lint import BIN, PYTHON
from scripts.local.layout import BACKEND, ROOT

GUIDE = (ROOT / "docs" / "writing-a-feature.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", GUIDE, re.M | re.S)
FAST = re.findall(r"^```\w+ fast (\S+)\n(.*?)^```$", GUIDE, re.M | re.S)
NOT_COPIED = shutil.ignore_patterns(".venv", "__pycache__", ".*_cache", ".hypothesis", "benchmarks", "template")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the backend with the guide's feature, and of the scripts."""
    folder = tmp_path_factory.mktemp("guide")
    shutil.copytree(BACKEND, folder / "backend", ignore=NOT_COPIED)
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=NOT_COPIED)
    shutil.copy(ROOT / ".env", folder)
    for name, content in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    assert "add the line `| (notes)` below `system`" in GUIDE
    rules = folder / "backend" / "pyproject.toml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("      system\n", "      system\n    | (notes)\n"), encoding="utf-8"
    )
    return folder


def _lines(node: ast.stmt) -> range:
    """Return the line numbers of a definition, with its decorators."""
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    return range(first - 1, (node.end_lineno or node.lineno))


def replaced(source: str, block: str) -> str:
    """Replace the file's definitions by those of the same names in the block."""
    names = {getattr(node, "name", None) for node in ast.parse(block).body} - {None}
    old_lines = {
        line for node in ast.parse(source).body if getattr(node, "name", None) in names for line in _lines(node)
    }
    kept = [text for line, text in enumerate(source.splitlines()) if line not in old_lines]
    return "\n".join([*kept, block])


@pytest.fixture(scope="module")
def fast_project(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same feature with the fast path."""
    folder = tmp_path_factory.mktemp("fast")
    shutil.copytree(project, folder, dirs_exist_ok=True)
    for name, content in FAST:
        if "returns" not in inspect.signature(Statement).parameters:
            content = re.sub(r",\s*returns=\w+|(?<=Row)\[\w+\]", "", content)
        (folder / name).write_text(replaced((folder / name).read_text(encoding="utf-8"), content), encoding="utf-8")
    return folder


def run(project: Path, *command: str | Path) -> str:
    ours = ("DATABASE_URL", "TEST_POSTGRES_URL", "PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env["PYTHONPATH"] = f"{project}{os.pathsep}{project / 'backend'}"
    result = subprocess.run(
        [str(part) for part in command], cwd=project / "backend", env=env, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_guide_contains_a_whole_feature() -> None:
    assert len(FILES) == 10
    assert {name.split("/")[0] for name, _ in FILES} == {"backend", "frontend"}
    assert {name for name, _ in FAST} == {f"backend/app/notes/{name}.py" for name in ("models", "crud", "routes")}


def test_guides_code_follows_the_rules(project: Path) -> None:
    own = ["app/notes", "tests/notes", "app/alembic/versions/1001_notes.py"]
    run(project, PYTHON, "-m", "ruff", "check", *own)
    run(project, PYTHON, "-m", "ruff", "format", "--check", *own)
    run(project, BIN / "lint-imports")


def test_guides_operations_are_in_the_api(project: Path) -> None:
    shown = run(project, PYTHON, "-m", "app.openapi")
    names = ("read_notes", "read_note", "create_note", "update_note", "delete_note")
    assert [name for name in names if f'"{name}"' not in shown] == []


def test_guides_tests_and_tests_of_all_features_pass(project: Path) -> None:
    chosen = [
        "tests/notes",
        "tests/test_structure.py",
        "tests/test_schema.py",
        "tests/security/test_az_access.py",
        "tests/security/test_we_cross_site.py",
        "tests/core/test_migrations.py",
    ]
    run(project, PYTHON, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *chosen)


def test_guides_fast_path_keeps_the_behaviour(fast_project: Path) -> None:
    chosen = ["tests/notes", "tests/security/test_az_access.py"]
    run(fast_project, PYTHON, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *chosen)
