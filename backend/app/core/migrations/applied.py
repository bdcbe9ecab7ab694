"""Which migrations a database has had, and in which order: the table `applied_migrations`.

Alembic itself keeps the last one only. That says nothing of one that has come since with a lower number, by a feature
that was switched on or an update of the template.
"""

from collections.abc import Sequence
from operator import not_

import sqlalchemy as sa
from sqlalchemy import Connection, text
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from app.core.features import APP_DIR

# As `previous()` in `core/migrations/operations.py` finds them, which would load Alembic.
REVISIONS = sorted(path.stem for path in (APP_DIR / "alembic" / "versions").glob("[0-9]*.py"))
LOCK_SECONDS = 60.0

# Not of the application's metadata: it is there before the first migration.
TABLE = sa.Table(
    "applied_migrations",
    sa.MetaData(),
    sa.Column("revision", sa.Text(collation="C"), primary_key=True),
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
    sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
# Up to where Alembic is, which `alembic stamp` and people can move.
APPLIED = """
    SELECT revision FROM applied_migrations WHERE position <= (
        SELECT position FROM applied_migrations JOIN alembic_version ON version_num = revision
    ) ORDER BY position
"""


class UnknownRevision(Exception):
    """The database is at a migration that this release does not have, and has no record of the others."""


class MigrationInProgress(Exception):
    """Another process has not come to the end of its migrations in `LOCK_SECONDS`."""


def applied(connection: Connection, known: Sequence[str]) -> list[str]:
    """The first one first, with those that this release does not have among them. `known` are those that it has.

    What was done without the record, by an earlier release or a script of SQL, is known by the numbers. Raises
    `UnknownRevision`.
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
            f"The database is at {last}, which this release does not have, and has no record of what came before. "
            "Deploy a release that has it first."
        )
    newest = max(recorded, default="")
    return [*recorded, *(each for each in known if newest < each < last), last]


def _recorded(connection: Connection) -> list[str]:
    if not sa.inspect(connection).has_table(TABLE.name):
        return []
    return list(connection.scalars(sa.select(TABLE.c.revision).order_by(TABLE.c.position)))


def update_record(connection: Connection, known: Sequence[str]) -> list[str]:
    """Writes down what `applied` finds, and returns it."""
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
    """One process migrates a database at a time: until its connection is closed. Raises `MigrationInProgress`.

    It asks again and again, because CREATE INDEX CONCURRENTLY would wait for a statement that waits.
    """

    def is_ours() -> bool:
        got = connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended('migrations', 0))"))
        connection.commit()
        return bool(got)

    try:
        Retrying(retry=retry_if_result(not_), stop=stop_after_delay(LOCK_SECONDS), wait=wait_fixed(0.1))(is_ours)
    except RetryError:
        raise MigrationInProgress(
            f"Another process has been migrating this database for more than {LOCK_SECONDS:g} s. Try again when it "
            "has ended. The view pg_locks shows who it is: locktype 'advisory'."
        ) from None
