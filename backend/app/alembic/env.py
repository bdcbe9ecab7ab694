"""Alembic's environment: runs migrations on the application's own database URL."""

import asyncio
from pathlib import Path
from typing import Any

from alembic import context
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from app.core.config import settings
from app.core.features import modules

list(modules("models"))  # importing is what fills the metadata


def number_revision(_: Any, __: Any, directives: list[Any]) -> None:
    """Names a new revision by the next number and the message: `0004_tags`."""
    script = directives[0]
    directory = ScriptDirectory.from_config(context.config)
    last = max((int(Path(s.path).stem[:4]) for s in directory.walk_revisions()), default=0)
    slug = "_".join((script.message or "change").lower().split())
    script.rev_id = f"{last + 1:04}_{slug}"


def run_migrations(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        process_revision_directives=number_revision,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def write_sql() -> None:
    """For `--sql`, and for the check of `core/migration_check.py`."""
    context.configure(dialect_name="postgresql", literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    url = settings.database_direct_url
    engine = create_async_engine(url, poolclass=pool.NullPool, connect_args={"connect_timeout": 3})
    async with engine.connect() as connection:
        await connection.run_sync(run_migrations)
    await engine.dispose()


if context.is_offline_mode():
    write_sql()
else:
    asyncio.run(run_online())
