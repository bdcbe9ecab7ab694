"""The migrations of items, with rows that are older than they are."""

import asyncio
from pathlib import Path

import psycopg
from alembic import command

from app.core.migrations.safety import check_before_deploy, default_config
from tests.core.test_migrations import config, copy_without, revisions, tables


async def test_items_older_than_versions_get_version_one(empty_database: str) -> None:
    await asyncio.to_thread(command.upgrade, config(), "0003_items")
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            "INSERT INTO users (id, email, is_active, is_superuser, hashed_password, created_at) "
            "VALUES (gen_random_uuid(), 'ada@example.com', true, false, '', now())"
        )
        connection.execute(
            "INSERT INTO items (id, owner_id, title, created_at) "
            "SELECT gen_random_uuid(), id, 'An item', now() FROM users"
        )
    await asyncio.to_thread(command.upgrade, config(), "head")
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT version FROM items").fetchall() == [(1,)]


async def test_chain_closes_without_items(empty_database: str, tmp_path: Path) -> None:
    gone = [name for name in revisions() if name.split("_")[1] == "items"]
    folder = copy_without(tmp_path / "alembic", *gone)
    assert revisions(folder) == [name for name in revisions() if name not in gone]
    await asyncio.to_thread(command.upgrade, config(folder), "head")
    assert "users" in tables(empty_database)
    assert "items" not in tables(empty_database)


async def test_items_can_be_added_to_a_deployed_database(empty_database: str, tmp_path: Path) -> None:
    gone = [name for name in revisions() if name.split("_")[1] == "items"]
    without = copy_without(tmp_path / "alembic", *gone)
    await asyncio.to_thread(command.upgrade, config(without), "head")
    assert check_before_deploy(default_config(), applied=revisions(without)) == []
    await asyncio.to_thread(command.upgrade, config(), "head")
    await asyncio.to_thread(command.check, config())
    assert "items" in tables(empty_database)
