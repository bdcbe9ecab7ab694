"""Every migration that a database lacks is run, wherever it is in the chain."""

import asyncio
import io
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.util import CommandError

from app.core.migrations import applied
from tests import conftest
from tests.core.test_migrations import config, copy_without, revisions, tables

MIGRATION = """
from alembic import op
from app.core.migrations.steps import previous

revision = "{revision}"
down_revision = previous(__file__)
branch_labels = depends_on = None


def upgrade() -> None:
    op.execute('CREATE TABLE "{revision}" ()')
    {more}


def downgrade() -> None:
    op.execute('DROP TABLE "{revision}"')
"""
# These come in the middle of the chain of any project.
FIRST, SECOND = "0001_x_first", "0003_x_second"
LAST, OWN = "9001_last", "9002_own"


class Project:
    """A database and a copy of the migrations that a test can change."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._versions = copy_without(folder) / "versions"
        self.config = config(folder)
        self.folder = folder

    def add(self, *names: str, more: str = "") -> None:
        for name in names:
            (self._versions / f"{name}.py").write_text(MIGRATION.format(revision=name, more=more))

    def delete(self, name: str) -> None:
        (self._versions / f"{name}.py").unlink()

    async def upgrade(self, to: str = "head") -> None:
        await asyncio.to_thread(command.upgrade, self.config, to)

    async def downgrade(self, to: str) -> None:
        await asyncio.to_thread(command.downgrade, self.config, to)

    def column(self, query: str) -> list[str]:
        with psycopg.connect(self.url) as connection:
            return [value for (value,) in connection.execute(query.encode()).fetchall()]

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement.encode())

    def recorded(self) -> list[str]:
        return self.column("SELECT revision FROM applied_migrations ORDER BY position")

    def has(self, *names: str) -> bool:
        return set(names) <= tables(self.url)


@pytest.fixture
async def project(empty_database: str, tmp_path: Path) -> Project:
    """A project that has been deployed once."""
    project = Project(empty_database, tmp_path / "alembic")
    await project.upgrade()
    assert project.recorded() == revisions()
    return project


async def test_missing_migrations_run_in_order_of_the_chain(project: Project) -> None:
    project.add(LAST, SECOND, FIRST)
    await project.upgrade()
    assert project.has(FIRST, SECOND, LAST)
    assert project.recorded() == [*revisions(), FIRST, SECOND, LAST]


async def test_second_upgrade_does_nothing(project: Project) -> None:
    project.add(FIRST)
    await project.upgrade()
    await project.upgrade()
    assert project.recorded() == [*revisions(), FIRST]


async def test_upgrade_works_after_a_migration_was_removed(project: Project) -> None:
    project.add(LAST)
    await project.upgrade()
    project.delete(LAST)
    await project.upgrade()
    assert project.has(LAST)
    project.add(FIRST)
    await project.upgrade()
    assert project.has(FIRST)
    assert project.recorded() == [*revisions(), LAST, FIRST]


async def test_restored_migration_is_not_run_again(project: Project) -> None:
    project.add(FIRST, LAST)
    await project.upgrade()
    project.delete(FIRST)
    project.delete(LAST)
    await project.upgrade()
    project.add(FIRST, LAST)
    await project.upgrade()
    assert project.recorded() == [*revisions(), FIRST, LAST]


async def test_forgotten_migration_runs_again_when_restored(project: Project) -> None:
    project.add(LAST)
    await project.upgrade()
    project.delete(LAST)
    drop = f"from app.core.migrations.steps import forget; op.drop_table('{LAST}'); forget('{LAST}')"
    project.add(OWN, more=drop)
    await project.upgrade()
    assert not project.has(LAST)
    project.add(LAST)
    await project.upgrade()
    assert project.has(LAST)


async def test_failing_migration_is_rolled_back_completely(project: Project) -> None:
    project.add(FIRST)
    project.add(SECOND, more="op.execute('SELECT 1 / 0')")
    project.add(LAST)
    with pytest.raises(Exception, match="division by zero"):
        await project.upgrade()
    assert project.has(FIRST)
    assert not {SECOND, LAST} & tables(project.url)
    assert project.recorded() == [*revisions(), FIRST]
    project.add(SECOND)
    await project.upgrade()
    assert project.recorded() == [*revisions(), FIRST, SECOND, LAST]


async def test_downgrade_reverts_the_last_applied_migrations(project: Project) -> None:
    project.add(FIRST, LAST)
    await project.upgrade()
    project.add(SECOND)
    await project.upgrade()
    await project.downgrade("-2")
    assert project.recorded() == [*revisions(), FIRST]
    assert not {SECOND, LAST} & tables(project.url)
    await project.upgrade()
    assert project.recorded() == [*revisions(), FIRST, SECOND, LAST]


async def test_removed_migration_cannot_be_reverted(project: Project) -> None:
    project.add(LAST)
    await project.upgrade()
    project.delete(LAST)
    with pytest.raises(CommandError, match=f"{LAST} cannot be undone"):
        await project.downgrade("-1")
    assert project.has(LAST)
    assert project.recorded()[-1] == LAST


async def test_comparison_with_the_models_ignores_the_record(project: Project) -> None:
    await asyncio.to_thread(command.check, project.config)
    project.add(FIRST)
    with pytest.raises(CommandError, match="not up to date"):
        await asyncio.to_thread(command.check, project.config)


async def test_database_without_the_record_is_adopted(project: Project) -> None:
    project.execute("DROP TABLE applied_migrations")
    await project.upgrade()
    assert project.recorded() == revisions()
    project.add(FIRST)
    await project.upgrade()
    assert project.has(FIRST)


async def test_migrations_missing_in_the_record_are_added(project: Project) -> None:
    """They ran as an SQL script, which does not write the record."""
    project.add("9000_one", LAST, OWN)
    project.config.output_buffer = script = io.StringIO()
    await asyncio.to_thread(command.upgrade, project.config, f"{revisions()[-1]}:{LAST}", sql=True)
    project.execute(script.getvalue())
    assert project.recorded() == revisions()
    await project.upgrade()
    assert project.recorded() == [*revisions(), "9000_one", LAST, OWN]


async def test_stamp_is_recorded_up_to_its_revision(project: Project) -> None:
    project.add(FIRST, LAST, OWN)
    await asyncio.to_thread(command.stamp, project.config, LAST)
    assert project.recorded() == [*revisions(), FIRST, LAST]
    await project.upgrade()
    assert not {FIRST, LAST} & tables(project.url)
    assert project.has(OWN)
    await asyncio.to_thread(command.stamp, project.config, revisions()[1])
    assert project.recorded() == revisions()[:2]


async def test_unknown_revision_without_a_record_is_refused(empty_database: str, tmp_path: Path) -> None:
    project = Project(empty_database, tmp_path / "alembic")
    project.execute(
        "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0001_other')"
    )
    with pytest.raises(CommandError, match="0001_other, which this release does not have"):
        await project.upgrade()
    assert tables(empty_database) == {"alembic_version"}


def test_two_processes_migrate_in_sequence(empty_database: str) -> None:
    environment = os.environ | {"DATABASE_URL": empty_database}
    program = [sys.executable, "-m", "alembic", "upgrade", "head"]
    both = [
        subprocess.Popen(program, cwd=conftest.BACKEND_DIR, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert "users" in tables(empty_database)


async def test_wait_for_another_migration_is_limited(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applied, "LOCK_SECONDS", 0.0)
    with psycopg.connect(project.url) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('migrations', 0))")
        with pytest.raises(CommandError, match="Another process has been migrating"):
            await project.upgrade()
    await project.upgrade()
