"""The rules of the layout that import-linter cannot say."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.orm import RelationshipDirection
from sqlmodel import SQLModel

import app.alembic.versions as versions
from app.core.features import feature_names, modules
from tests.conftest import BACKEND_DIR

APP = BACKEND_DIR / "app"
TESTS = BACKEND_DIR / "tests"
SCRIPTS = BACKEND_DIR.parent / "scripts"
list(modules("models"))  # importing is what fills the metadata

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_HANDLER_LINES = 8

# What a feature's files are called, so that whoever knows one feature finds his way in all.
FEATURE_FILES = {
    "__init__.py",
    "models.py",
    "crud.py",
    "routes.py",
    "deps.py",
    "service.py",
    "config.py",
    "jobs.py",
    "events.py",
    "listeners.py",
    "health.py",
    "mcp.py",
    "admin.py",
}
# A feature has at most a few files beyond these, each for a thing of its own that no other feature has.
OWN_FILES = {
    "backups": {"__main__.py", "archive.py", "database.py", "programs.py", "schedule.py"},
    "auth": {"cookies.py", "mails.py"},
    "doctor": {"__main__.py", "database.py", "files.py", "mail.py", "settings.py", "unusable.py"},
    "users": {"avatars.py", "passwords.py", "common_passwords.txt"},
}
MAILS = re.compile(r"emails/[a-z_]+\.(mjml|txt)")


def python_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def short(path: Path) -> str:
    return path.relative_to(BACKEND_DIR.parent).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(path: Path) -> set[str]:
    """Names of the functions and methods that a module calls."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    found.add(name)
    return found


def tables() -> list[Table]:
    return list(SQLModel.metadata.tables.values())


@pytest.mark.parametrize("feature", feature_names())
def test_feature_has_the_usual_files_only(feature: str) -> None:
    folder = APP / feature
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    found = {name for name in found if "__pycache__" not in name and not MAILS.fullmatch(name)}
    assert found - FEATURE_FILES - OWN_FILES.get(feature, set()) == set()


@pytest.mark.parametrize("feature", [*feature_names(), "core"])
def test_feature_has_tests(feature: str) -> None:
    assert re.fullmatch("[a-z]+", feature)
    assert list((TESTS / feature).glob("test_*.py"))


@pytest.mark.parametrize("path", python_files(APP, TESTS, SCRIPTS), ids=short)
def test_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MAX_FILE_LINES


@pytest.mark.parametrize("path", python_files(APP, SCRIPTS), ids=short)
def test_functions_are_short_enough_to_read(path: Path) -> None:
    long = [each.name for each in functions(path) if (each.end_lineno or 0) - each.lineno + 1 > MAX_FUNCTION_LINES]
    assert long == []


@pytest.mark.parametrize("path", python_files(APP, SCRIPTS), ids=short)
def test_no_module_is_a_drawer(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", sorted(APP.glob("*/routes.py")), ids=short)
def test_handlers_are_short_and_async(path: Path) -> None:
    for function in functions(path):
        body = [
            each for each in function.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        ]
        assert (function.end_lineno or 0) - body[0].lineno + 1 <= MAX_HANDLER_LINES, function.name
        assert isinstance(function, ast.AsyncFunctionDef), function.name


@pytest.mark.parametrize("path", sorted(APP.glob("*/crud.py")), ids=short)
def test_crud_never_ends_the_transaction(path: Path) -> None:
    assert calls(path) & {"commit", "rollback", "begin", "defer", "send"} == set()


@pytest.mark.parametrize("path", sorted(APP.glob("*/routes.py")), ids=short)
def test_routes_hold_no_queries(path: Path) -> None:
    assert calls(path) & {"select", "exec", "execute", "add", "flush", "commit", "delete_all"} == set()


@pytest.mark.parametrize("path", python_files(APP), ids=short)
def test_tables_are_made_by_migrations_only(path: Path) -> None:
    assert "create_all" not in calls(path)


MIGRATIONS = sorted(Path(versions.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("path", MIGRATIONS, ids=short)
def test_migration_is_numbered_and_follows_the_one_before(path: Path) -> None:
    assert re.fullmatch(r"\d{4}_[a-z_]+\.py", path.name)
    source = path.read_text(encoding="utf-8")
    assert f'revision = "{path.stem}"' in source
    assert "down_revision = previous(__file__)" in source


@pytest.mark.parametrize("path", MIGRATIONS, ids=short)
def test_migration_bounds_its_wait_for_locks_first(path: Path) -> None:
    changes = {each.name: ast.unparse(each.body[0]) for each in functions(path)}
    assert changes == {"upgrade": "set_lock_timeout()", "downgrade": "set_lock_timeout()"}


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_foreign_keys_cascade_and_are_indexed(table: Table) -> None:
    indexed = [[column.name for column in index.columns] for index in table.indexes]
    indexed += [[column.name for column in table.primary_key.columns]]
    indexed += [
        [column.name for column in each.columns] for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    for key in table.foreign_key_constraints:
        names = [column.name for column in key.columns]
        assert key.ondelete == "CASCADE", names
        assert any(columns[: len(names)] == names for columns in indexed), names


def layers() -> list[set[str]]:
    """The features from the highest layer to the lowest, as import-linter has them."""
    contracts = tomllib.loads((BACKEND_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [set(re.findall(r"\w+", layer)) for layer in contracts[0]["layers"]]


def owner(table: str) -> str:
    """The feature whose models make the table."""
    [model] = [each.class_ for each in SQLModel._sa_registry.mappers if each.local_table.name == table]  # type: ignore[attr-defined]
    return str(model.__module__.split(".")[1])


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_foreign_keys_point_down(table: Table) -> None:
    height = {feature: -depth for depth, layer in enumerate(layers()) for feature in layer}
    for key in table.foreign_keys:
        here, there = owner(table.name), owner(key.column.table.name)
        assert here == there or height[here] > height[there]


def test_every_feature_has_its_place_in_the_layers() -> None:
    assert set(feature_names()) <= set().union(*layers())


def test_relationships_are_many_to_one_and_never_load_by_themselves() -> None:
    for mapper in SQLModel._sa_registry.mappers:
        for relationship in mapper.relationships:
            assert relationship.lazy == "raise", relationship
            assert relationship.direction is RelationshipDirection.MANYTOONE, relationship
            assert relationship.back_populates is None, relationship


def test_mails_are_written_as_html_and_as_text() -> None:
    html, plain = (
        {path.with_suffix("") for path in APP.glob(f"*/emails/*.{kind}") if path.stem != "layout"}
        for kind in ("mjml", "txt")
    )
    assert html
    assert html == plain


def versioned() -> set[str]:
    """The models whose rows count their changes."""
    mappers = SQLModel._sa_registry.mappers
    return {mapper.class_.__name__ for mapper in mappers if mapper.version_id_col is not None}


def forgetful_updates(source: str, models: set[str]) -> list[int]:
    """The lines of functions and assignments with an `update()` of such a model that says nothing of its version."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign):
            text = ast.unparse(node)
            if any(f"update({model})" in text for model in models) and "version" not in text:
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", python_files(APP), ids=short)
def test_updates_of_ones_own_count_the_version(path: Path) -> None:
    assert {"User"} <= versioned()
    assert forgetful_updates(path.read_text(encoding="utf-8"), versioned()) == []


def test_update_that_forgets_the_version_is_found() -> None:
    source = "a = update(User).values(title=1)\nb = update(User).values(version=User.version + 1)\nc = update(Other)"
    assert forgetful_updates(source, versioned()) == [1]
