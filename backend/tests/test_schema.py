"""Rules for models, tables and migrations. Each test lists all offenders of one rule."""

import ast
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint, Uuid, text
from sqlalchemy.orm import RelationshipDirection, RelationshipProperty
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import app.alembic.versions as versions
from app.core.features import modules
from app.core.migrations import applied
from app.core.models import READ_WRITE
from app.core.runtime.grants import MissingGrants, declared_grants, grants_of
from app.users.models import User
from tests.rules import APP, Function, assert_none, callers, files, functions, layers, nodes, short, source

MIGRATIONS = Path(versions.__path__[0])

list(modules("models"))  # importing the models fills the metadata


def tables() -> list[Table]:
    found = list(SQLModel.metadata.tables.values())
    assert found
    return found


def test_only_migrations_create_tables() -> None:
    assert_none(callers(files("*.py", APP), "create_all"))


def test_migrations_are_numbered_and_linked() -> None:
    def is_linked(path: Path) -> bool:
        link = f'revision = "{path.stem}"' in source(path) and "down_revision = previous(__file__)" in source(path)
        return link and re.fullmatch(r"\d{4}_[a-z_]+\.py", path.name) is not None

    assert_none([short(path) for path in files("*.py", MIGRATIONS) if not is_linked(path)])


def test_migrations_limit_their_lock_waits_first() -> None:
    def starts(path: Path) -> dict[str, str]:
        return {each.name: ast.unparse(each.body[0]) for each in functions(path)}

    expected = {"upgrade": "set_lock_timeout()", "downgrade": "set_lock_timeout()"}
    assert_none([short(path) for path in files("*.py", MIGRATIONS) if starts(path) != expected])


def test_foreign_keys_cascade() -> None:
    keys = [(table, key) for table in tables() for key in table.foreign_key_constraints]
    assert_none([f"{table.name}: {key.column_keys}" for table, key in keys if key.ondelete != "CASCADE"])


def test_foreign_keys_are_indexed() -> None:
    missing = []
    for table in tables():
        unique = [each for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]
        indexed = [[column.name for column in each.columns] for each in unique]
        indexed += [[column.name for column in each.columns] for each in table.indexes]
        for key in table.foreign_key_constraints:
            names = [column.name for column in key.columns]
            if not any(columns[: len(names)] == names for columns in indexed):
                missing.append(f"{table.name}: {names}")
    assert_none(missing)


async def test_tables_declare_what_the_api_can_do(session: AsyncSession) -> None:
    statement = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    present = set((await (await session.connection()).execute(statement)).scalars())
    assert_none(f"{name}: no grants" for name in present - declared_grants().keys())
    assert_none(f"{name}: no table" for name in declared_grants().keys() - present)
    assert_none(name for name, grants in declared_grants().items() if not set(grants) <= set(READ_WRITE))


def test_model_without_grants_is_found() -> None:
    class Journal(User):
        pass

    with pytest.raises(MissingGrants, match="Journal has no __grants__"):
        grants_of(Journal)


def owner(table: Table) -> str:
    """The feature whose model defines the table."""
    [model] = [each.class_ for each in SQLModel._sa_registry.mappers if each.local_table is table]
    return str(model.__module__.split(".")[1])


def test_foreign_keys_point_down() -> None:
    height = {feature: -depth for depth, layer in enumerate(layers()) for feature in layer}
    upwards = []
    for table in tables():
        for key in table.foreign_keys:
            here, there = owner(table), owner(key.column.table)
            if here != there and height[here] <= height[there]:
                upwards.append(f"{table.name} -> {key.column.table.name}")
    assert_none(upwards)


def test_relationships_are_many_to_one_and_lazy_raise() -> None:
    relationships = [each for mapper in SQLModel._sa_registry.mappers for each in mapper.relationships]

    def is_allowed(each: RelationshipProperty[object]) -> bool:
        return each.lazy == "raise" and each.direction is RelationshipDirection.MANYTOONE and not each.back_populates

    assert_none([str(each) for each in relationships if not is_allowed(each)])


async def unannounced(session: AsyncSession, tables: list[Table]) -> list[str]:
    """Return the tables with an owner whose changes no trigger reports to open tabs, for each kind of change."""
    triggers = text("SELECT relname || ' ' || tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid")
    found = set((await (await session.connection()).execute(triggers)).scalars())
    owned = [table.name for table in tables if "owner_id" in table.columns]
    events = ("insert", "update", "delete")
    return [f"{name}: {event}" for name in owned for event in events if f"{name} announce_{event}" not in found]


async def test_tables_with_an_owner_notify_changes(session: AsyncSession) -> None:
    """Without it, lists in open tabs do not follow changes made elsewhere."""
    advice = 'add notify_changes("<table>", owner="owner_id") to its migration, or to that of ./scripts/make-migration'
    assert_none([f"{each}: {advice}" for each in await unannounced(session, tables())])


async def test_table_without_notifications_is_found(session: AsyncSession) -> None:
    journals = Table("journals", MetaData(), Column("owner_id", Uuid))
    assert await unannounced(session, [journals]) == ["journals: insert", "journals: update", "journals: delete"]


def differences(connection: Connection, metadata: MetaData) -> list[str]:
    context = MigrationContext.configure(connection, opts={"include_name": applied.include_name})
    return [str(each) for each in compare_metadata(context, metadata)]


async def test_migrations_build_the_tables_of_the_models(session: AsyncSession) -> None:
    found = await (await session.connection()).run_sync(differences, SQLModel.metadata)
    assert_none(f'{each}: run ./scripts/make-migration "what changed"' for each in found)


async def test_model_without_a_migration_is_found(session: AsyncSession) -> None:
    metadata = MetaData()
    for table in tables():
        table.to_metadata(metadata)
    Table("journals", metadata, Column("owner_id", Uuid))
    [found] = await (await session.connection()).run_sync(differences, metadata)
    assert "add_table" in found


def versioned() -> set[str]:
    """The models whose rows count their changes."""
    mappers = SQLModel._sa_registry.mappers
    return {mapper.class_.__name__ for mapper in mappers if mapper.version_id_col is not None}


def forgetful_updates(path: Path, models: set[str]) -> list[int]:
    """The lines of functions and assignments with an `update()` of such a model that leaves out its version."""
    found = []
    for node in nodes(path):
        if isinstance(node, Function | ast.Assign):
            text = ast.unparse(node)
            if any(f"update({model})" in text for model in models) and "version" not in text:
                found.append(node.lineno)
    return found


def test_updates_by_hand_count_the_version() -> None:
    models = versioned()
    assert {"User"} <= models
    lines = {path: forgetful_updates(path, models) for path in files("*.py", APP)}
    assert_none([f"{short(path)}:{line}" for path, found in lines.items() for line in found])


def test_update_that_forgets_the_version_is_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("a = update(User).values(title=1)\nb = update(User).values(version=2)\nc = update(Other)")
    assert forgetful_updates(module, versioned()) == [1]
