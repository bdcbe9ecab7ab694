"""The table `applied_migrations`: which migrations have run on a database, and in which order.

Alembic records only the last one. That does not reveal whether a migration with a lower number has run that was added
later, by switching on a feature or by an update of the template (decision 0032).
"""

from collections.abc import Sequence
from operator import not_

import sqlalchemy as sa
from sqlalchemy import Connection, text
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from app.core.features import APP_DIR

# The same order as `previous()` in `core/migrations/steps.py`, without importing Alembic.
REVISIONS = sorted(path.stem for path in (APP_DIR / "alembic" / "versions").glob("[0-9]*.py"))
LOCK_SECONDS = 60.0

# Not part of the application's metadata, because the table must exist before the first migration.
TABLE = sa.Table(
    "applied_migrations",
    sa.MetaData(),
    sa.Column("revision", sa.Text(collation="C"), primary_key=True),
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
    sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
# Only up to Alembic's revision, because `alembic stamp` can move it back.
APPLIED = """
    SELECT revision FROM applied_migrations WHERE position <= (
        SELECT position FROM applied_migrations JOIN alembic_version ON version_num = revision
    ) ORDER BY position
"""


class UnknownRevision(Exception):
    """The database is at a migration unknown to this release, and has no record of earlier ones."""


class MigrationInProgress(Exception):
    """Another process has been migrating the database for longer than `LOCK_SECONDS`."""


def include_name(name: str | None, kind: str, _: object) -> bool:
    """Leave the tables that have no model out of comparisons with the models: this one and those of jobs."""
    return kind != "table" or not (name == TABLE.name or str(name).startswith("procrastinate_"))


def applied(connection: Connection, known: Sequence[str]) -> list[str]:
    """Return the applied migrations in order, including any unknown to this release, whose own are `known`.

    Migrations that ran without being recorded, by an old release or a SQL script, are inferred from their numbers.
    Raises `UnknownRevision`.
    """
    if not sa.inspect(connection).has_table("alembic_version"):
        return []
    last = connection.scalar(text("SELECT version_num FROM alembic_version"))
    recorded = _recorded(connection)
    if last is None:
        return []
    if last in recorded:
        return recorded[: recorded.index(last) + 1]
    if not recorded and last not in known:
        raise UnknownRevision(
            f"The database is at {last}, which this release does not have, and it has no record of earlier migrations. "
            "Deploy a release that has this migration first."
        )
    newest = max(recorded, default="")
    return [*recorded, *(revision for revision in known if newest < revision < last), last]


def _recorded(connection: Connection) -> list[str]:
    if not sa.inspect(connection).has_table(TABLE.name):
        return []
    return list(connection.scalars(sa.select(TABLE.c.revision).order_by(TABLE.c.position)))


def update_record(connection: Connection, known: Sequence[str]) -> list[str]:
    """Make the table match the result of `applied`, and return that."""
    found = applied(connection, known)
    TABLE.create(connection, checkfirst=True)
    if found != (recorded := _recorded(connection)):
        remove(connection, recorded)
        add(connection, found)
    return found


def add(connection: Connection, revisions: Sequence[str]) -> None:
    for revision in revisions:
        connection.execute(sa.insert(TABLE).values(revision=revision))


def remove(connection: Connection, revisions: Sequence[str]) -> None:
    connection.execute(sa.delete(TABLE).where(TABLE.c.revision.in_(revisions)))


def lock(connection: Connection) -> None:
    """Take the lock for migrating this database, held until the connection closes. Raises `MigrationInProgress`.

    Polls instead of blocking, because CREATE INDEX CONCURRENTLY in another process would wait for a blocked statement.
    """

    def is_ours() -> bool:
        locked = connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended('migrations', 0))"))
        connection.commit()
        return bool(locked)

    try:
        Retrying(retry=retry_if_result(not_), stop=stop_after_delay(LOCK_SECONDS), wait=wait_fixed(0.1))(is_ours)
    except RetryError:
        raise MigrationInProgress(
            f"Another process has been migrating this database for more than {LOCK_SECONDS:g} s. Try again when it "
            "has finished. To find it, look for locktype 'advisory' in the view pg_locks."
        ) from None
