"""What the rules over many files share: where the files are, and how to read them."""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.conftest import BACKEND_DIR

REPOSITORY = BACKEND_DIR.parent
APP = BACKEND_DIR / "app"
TESTS = BACKEND_DIR / "tests"
SCRIPTS = REPOSITORY / "scripts"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def assert_none(offenders: Iterable[str]) -> None:
    """Fails with a line for each; pytest would shorten the comparison of two lists."""
    listed = "\n".join(offenders)
    assert not listed, f"\n{listed}"


def files(pattern: str, *folders: Path) -> list[Path]:
    """Raises AssertionError when nothing matches: a rule over no files cannot fail."""
    found = [path for folder in folders for path in folder.rglob(pattern) if "__pycache__" not in path.parts]
    assert found, f"no {pattern} in {folders}"
    return sorted(found)


def short(path: Path) -> str:
    return (path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path).as_posix()


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(source(path))))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in nodes(path) if isinstance(node, Function))


def calls(path: Path) -> set[str]:
    """Names of the functions and methods that a module calls."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    found.add(name)
    return found


def callers(paths: Iterable[Path], *names: str) -> list[str]:
    """The files that call one of these, with what they call."""
    return [f"{short(path)}: {name}" for path in paths for name in sorted(calls(path) & set(names))]


def layers() -> list[set[str]]:
    """The features from the highest layer to the lowest, as import-linter has them."""
    contracts = tomllib.loads((BACKEND_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [set(re.findall(r"\w+", layer)) for layer in contracts[0]["layers"]]
