"""A deployed project that removes or adds a feature."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scripts.checks.lint import PYTHON, clean_environment
from scripts.features.remove import main, remove
from scripts.local.layout import ROOT
from scripts.local.repository import tracked
from scripts.template.__main__ import features
from scripts.template.projects import TemplateError, commit, make_project, run, update
from scripts.tests.template.conftest import copy_of_project
from tests import conftest


@pytest.fixture
def database() -> Iterator[str]:
    """The URL of an empty database."""
    name, server = f"removal_{os.getpid()}", os.environ["TEST_POSTGRES_URL"]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield f"{server}/{name}"
    conftest.drop_database(name)


@pytest.fixture
def project(original_with_gadgets: Path, project_with_gadgets: Path, tmp_path: Path) -> Path:
    """A project that was not deployed yet. `gadgets` has the last migration."""
    return copy_of_project(project_with_gadgets, tmp_path / "project", template=original_with_gadgets)


def migrate(project: Path, database: str, *command: str) -> None:
    python(project, database, "alembic", *(command or ("upgrade", "head")))


def python(project: Path, database: str, *module: str) -> None:
    env = clean_environment() | {"DATABASE_URL": database, "SECRET_KEY": "k" * 40}
    run(PYTHON, "-m", *module, cwd=project / "backend", env=env)


def tables(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


@pytest.mark.parametrize("feature", features(ROOT))
def test_removed_equals_declined(original: Path, tmp_path: Path, feature: str) -> None:
    everything: dict[str, str | bool] = dict.fromkeys(features(original), True)
    removed = make_project(original, tmp_path / "removed", everything)
    remove(feature, removed, drop=False)
    declined = make_project(original, tmp_path / "declined", {**everything, feature: False})
    assert tracked(removed) == tracked(declined)
    different = [name for name in tracked(removed) if (removed / name).read_bytes() != (declined / name).read_bytes()]
    assert different == []


@pytest.mark.parametrize("feature", ["items", "gadgets"])
def test_its_tables_are_dropped_where_they_were(project: Path, database: str, feature: str) -> None:
    migrate(project, database)
    assert {"users", "items", "gadgets"} <= tables(database)
    assert main([feature], project) == 0
    migrate(project, database)
    assert tables(database) & {"items", "gadgets"} == {"items", "gadgets"} - {feature}
    migrate(project, database, "check")


@pytest.mark.parametrize("feature", ["items", "gadgets"])
def test_project_keeps_the_rules_of_the_layout(project: Path, feature: str) -> None:
    assert main([feature], project) == 0
    env = clean_environment() | {"TEST_POSTGRES_URL": os.environ["TEST_POSTGRES_URL"]}
    env["PYTHONPATH"] = f"{project}{os.pathsep}{project / 'backend'}"
    run(PYTHON, "-m", "pytest", "tests/test_structure.py", cwd=project / "backend", env=env)


def test_second_deployment_without_it_drops_its_tables(project: Path, database: str) -> None:
    check = ("app.cli", "check-migrations", "--before-deploy")
    migrate(project, database)
    assert main(["gadgets"], project) == 0
    python(project, database, "app.cli", "check-migrations")
    with pytest.raises(TemplateError, match="Deploy that first"):
        python(project, database, *check)
    [drop] = (project / "backend" / "app" / "alembic" / "versions").glob("*_drop_gadgets.py")
    later = drop.read_text()
    drop.unlink()
    python(project, database, *check)
    migrate(project, database)
    drop.write_text(later)
    python(project, database, *check)


def switch(project: Path, database: str, **features: bool) -> None:
    """Commit and deploy."""
    update(project, features)
    commit(project, "Switch features")
    migrate(project, database)


def test_features_are_switched_on_and_off_later(project: Path, database: str) -> None:
    switch(project, database, items=False)
    assert "items" not in tables(database)
    switch(project, database, items=True, gadgets=False)
    assert {"items", "gadgets"} <= tables(database)
    switch(project, database, gadgets=True)
    migrate(project, database, "check")


def test_removed_feature_can_come_back(project: Path, database: str) -> None:
    migrate(project, database)
    main(["gadgets"], project)
    commit(project, "Remove gadgets")
    migrate(project, database)
    assert "gadgets" not in tables(database)
    [drop] = (project / "backend" / "app" / "alembic" / "versions").glob("*_drop_gadgets.py")
    drop.unlink()
    commit(project, "Drop gadgets no more")
    switch(project, database, gadgets=True)
    migrate(project, database, "check")


def test_clone_of_the_template_becomes_a_project(template: Path) -> None:
    assert main(["items", "--never-deployed"], template) == 0
    gone = ("copier.yml", "scripts/template", "backend/benchmarks", "scripts/check-template", "README.md.jinja")
    assert [name for name in gone if (template / name).exists()] == []
    assert (template / "frontend" / "packages" / "sdk" / "src" / "client.ts").exists()
    links = re.findall(r"\]\((?!http)([^)#]+)", (template / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not (template / link).exists()] == []
