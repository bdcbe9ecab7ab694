"""The chain of migrations is linear, runs up and down, matches the models and survives the removal of a feature."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app import prestart
from app.core.migrations.steps import previous
from tests import conftest

MIGRATIONS = conftest.BACKEND_DIR / "app" / "alembic"


def config(folder: Path = MIGRATIONS) -> Config:
    found = Config(conftest.BACKEND_DIR / "alembic.ini")
    found.set_main_option("script_location", str(folder).replace("%", "%%"))
    return found


def revisions(folder: Path = MIGRATIONS) -> list[str]:
    """Return the revisions from base to head. Raises when the chain is not linear."""
    script = ScriptDirectory.from_config(config(folder))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def copy_without(target: Path, *names: str) -> Path:
    """Copy the migrations without those of deleted features."""
    shutil.copytree(MIGRATIONS, target, ignore=shutil.ignore_patterns("__pycache__"))
    for name in names:
        (target / "versions" / f"{name}.py").unlink()
    return target


def test_chain_is_the_order_of_the_numbered_files() -> None:
    assert revisions() == sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def test_migrations_go_up_down_and_up_again(empty_database: str) -> None:
    await asyncio.to_thread(command.upgrade, config(), "head")
    after_first = tables(empty_database)
    assert {"users", "user_sessions", "one_time_tokens"} <= after_first
    await asyncio.to_thread(command.downgrade, config(), "base")
    assert tables(empty_database) == {"alembic_version", "applied_migrations"}
    await asyncio.to_thread(command.upgrade, config(), "head")
    assert tables(empty_database) == after_first


async def test_migrations_match_the_models(empty_database: str) -> None:
    await asyncio.to_thread(command.upgrade, config(), "head")
    await asyncio.to_thread(command.check, config())


async def test_rows_older_than_versions_get_version_one(empty_database: str) -> None:
    names = revisions()
    await asyncio.to_thread(command.upgrade, config(), names[names.index("0004_users_version") - 1])
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            "INSERT INTO users (id, email, is_active, is_superuser, hashed_password, created_at) "
            "VALUES (gen_random_uuid(), 'ada@example.com', true, false, '', now())"
        )
    await asyncio.to_thread(command.upgrade, config(), "head")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT version FROM users").fetchall() == [(1,)]


async def test_upgrade_of_a_current_database_changes_nothing(empty_database: str) -> None:
    for _ in range(2):
        await asyncio.to_thread(command.upgrade, config(), "head")
    assert "users" in tables(empty_database)


async def test_chain_closes_when_a_feature_is_removed(empty_database: str, tmp_path: Path) -> None:
    folder = copy_without(tmp_path / "alembic")
    for name in ("9001_gone", "9002_kept"):
        (folder / "versions" / f"{name}.py").write_text(TABLE.format(revision=name))
    assert revisions(folder) == [*revisions(), "9001_gone", "9002_kept"]
    (folder / "versions" / "9001_gone.py").unlink()
    assert revisions(folder) == [*revisions(), "9002_kept"]
    await asyncio.to_thread(command.upgrade, config(folder), "head")
    assert {"users", "9002_kept"} <= tables(empty_database)
    assert "9001_gone" not in tables(empty_database)


def test_first_migration_has_no_predecessor(tmp_path: Path) -> None:
    for name in ("0001_a.py", "0003_c.py", "0010_d.py", "__init__.py", "notes.py"):
        (tmp_path / name).touch()
    assert previous(str(tmp_path / "0001_a.py")) is None
    assert previous(str(tmp_path / "0003_c.py")) == "0001_a"
    assert previous(str(tmp_path / "0010_d.py")) == "0003_c"


async def test_new_revision_is_named_by_the_next_number(empty_database: str, tmp_path: Path) -> None:
    folder = copy_without(tmp_path / "alembic")
    await asyncio.to_thread(command.upgrade, config(folder), "head")
    before = revisions(folder)
    await asyncio.to_thread(command.revision, config(folder), "Add tags", True)
    [*rest, new] = revisions(folder)
    assert rest == before
    last = int(before[-1][:4])  # not the count: a deleted feature leaves gaps
    assert new == f"{last + 1:04}_add_tags"
    source = (folder / "versions" / f"{new}.py").read_text()
    assert "down_revision = previous(__file__)" in source
    assert source.count("set_lock_timeout()") == 2


async def test_migration_waits_briefly_for_a_lock(empty_database: str, tmp_path: Path) -> None:
    """Every later query would queue behind a migration that waits."""
    folder = copy_without(tmp_path / "alembic")
    helper = conftest.BACKEND_DIR / "app" / "core" / "migrations" / "steps.py"
    assert "SET LOCAL lock_timeout" in helper.read_text()
    (folder / "versions" / "9999_last.py").write_text(LAST)
    await asyncio.to_thread(command.upgrade, config(folder), "9999_last")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT lock_timeout FROM seen").fetchone() == ("2s",)


TABLE = """
from alembic import op
from app.core.migrations.steps import previous

revision = "{revision}"
down_revision = previous(__file__)
branch_labels = depends_on = None


def upgrade() -> None:
    op.execute('CREATE TABLE "{revision}" (id int)')
"""
LAST = """
from alembic import op
from app.core.migrations.steps import previous, set_lock_timeout

revision = "9999_last"
down_revision = previous(__file__)
branch_labels = depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.execute("CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS lock_timeout")


def downgrade() -> None:
    pass
"""


async def test_migration_blocked_by_a_lock_is_retried(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = revisions()
    await asyncio.to_thread(command.upgrade, config(), names[names.index("0004_users_version") - 1])
    attempts = 0

    def upgrade(*arguments: Any) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 2:
            holder.rollback()
        command.upgrade(*arguments)

    monkeypatch.setattr(prestart, "command", SimpleNamespace(upgrade=upgrade))
    with psycopg.connect(empty_database) as holder:
        holder.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        await asyncio.to_thread(prestart.migrate)
    assert attempts == 2
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (revisions()[-1],)


def test_schema_of_a_later_release_stays_unchanged(empty_database: str) -> None:
    """This is the state after a rollback to an earlier release."""
    command.upgrade(config(), "head")
    with psycopg.connect(empty_database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
    keys = {"DATABASE_URL": empty_database, "FIRST_SUPERUSER_PASSWORD": "a long superuser password"}
    program = [sys.executable, "-m", "app.prestart"]
    done = subprocess.run(
        program,
        cwd=conftest.BACKEND_DIR,
        env=os.environ | keys,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999_later",)
