"""Alembic's environment: runs migrations on the application's database (decision 0032)."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NoReturn

from alembic import context
from alembic.runtime.migration import MigrationInfo
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionMap
from alembic.util import CommandError
from sqlalchemy import Connection, TypeDecorator, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from app.core.features import modules
from app.core.limits.models import RateWindow  # noqa: F401 - importing the models fills the metadata
from app.core.mail.models import Mail  # noqa: F401
from app.core.migrations import applied
from app.core.security.stored_keys import StoredKey  # noqa: F401
from app.core.settings import settings

list(modules("models"))


def number_revision(_: Any, __: Any, directives: list[Any]) -> None:
    """Name a new revision by the next number and its message, for example `0004_tags`."""
    script = directives[0]
    directory = ScriptDirectory.from_config(context.config)
    last = max((int(Path(s.path).stem[:4]) for s in directory.walk_revisions()), default=0)
    slug = "_".join((script.message or "change").lower().split())
    script.rev_id = f"{last + 1:04}_{slug}"


def render_type(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Render SQLModel's types as SQLAlchemy's, so that migrations do not depend on SQLModel."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def build_chain(applied: Sequence[str]) -> None:
    """Order the chain for this database: applied migrations in the order in which they ran, then the rest by number."""
    scripts = {script.revision: script for script in context.script.walk_revisions()}
    order = [*applied, *sorted(scripts.keys() - set(applied))]

    def chain() -> Iterator[Script]:
        for previous, revision in pairwise([None, *order]):
            module = scripts[revision].module if revision in scripts else placeholder(str(revision))
            vars(module)["down_revision"] = previous
            yield Script(module, str(revision), str(module.__file__))

    context.script.revision_map = RevisionMap(chain)


def placeholder(revision: str) -> ModuleType:
    """Create a module for an applied migration of a removed feature or a newer release."""

    def downgrade() -> NoReturn:
        raise CommandError(f"{revision} cannot be undone, because this release does not have it.")

    module = ModuleType(revision, "Not in this release.")
    vars(module).update(__file__="", downgrade=downgrade)
    return module


def record(connection: Connection, *, step: MigrationInfo, **_: Any) -> None:
    """Record a step in the migration's transaction. A step of `alembic stamp` can cover many revisions."""
    chain = step.revision_map.iterate_revisions(step.up_revision_ids, step.down_revision_ids or "base")
    revisions = [script.revision for script in chain]
    applied.remove(connection, revisions)
    if step.is_upgrade:
        applied.add(connection, revisions[::-1])


def run_migrations(connection: Connection) -> None:
    known = sorted(script.revision for script in context.script.walk_revisions())
    try:
        applied.lock(connection)
        build_chain(applied.update_record(connection, known))
    except (applied.MigrationInProgress, applied.UnknownRevision) as error:
        raise CommandError(str(error)) from None
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_server_default=True,
        process_revision_directives=number_revision,
        render_item=render_type,
        transaction_per_migration=True,
        include_name=applied.include_name,
        on_version_apply=partial(record, connection),
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()  # reading the version has begun a transaction
    with connection.begin():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        for module in modules("triggers"):
            module.create_triggers(connection)


def write_sql() -> None:
    """Print the SQL, for `--sql` and for the checks in `core/migrations/safety.py`."""
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
