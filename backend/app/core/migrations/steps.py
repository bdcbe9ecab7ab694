"""Functions for migrations. The file numbers define the chain, so a feature's migration can be deleted with it."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op


def previous(file: str) -> str | None:
    """Return the revision that precedes a migration's file: the one with the next lower number."""
    path = Path(file)
    lower = (other.stem for other in path.parent.glob("[0-9]*.py") if other.stem < path.stem)
    return max(lower, default=None)


def set_lock_timeout() -> None:
    """Make the migration give up early on a lock, because later queries queue behind one that waits."""
    op.execute("SET LOCAL lock_timeout = '2s'")


def forget(*revisions: str) -> None:
    """Delete migrations from the record after dropping their tables, so that they run again if the feature returns."""
    names = ", ".join(f"'{revision}'" for revision in revisions)
    op.execute(f"DELETE FROM applied_migrations WHERE revision IN ({names})")  # noqa: S608


def notify_changes(
    table: str, *, owner: str, topic: str | None = None, on: Sequence[str] = ("insert", "update", "delete")
) -> None:
    """Publish row changes of a table to the event streams of the rows' owners and of superusers.

    `owner` is the column with the user's id. `topic` defaults to the table's name. An empty topic sends no event; it
    makes the owners' streams re-check their session.
    """
    topic = table if topic is None else topic
    rows = {"insert": "NEW TABLE AS new_rows", "delete": "OLD TABLE AS old_rows"}
    rows["update"] = f"{rows['delete']} {rows['insert']}"
    for event in on:
        op.execute(
            f"CREATE TRIGGER announce_{event} AFTER {event} ON {table} REFERENCING {rows[event]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION notify_changes('{owner}', '{topic}')"
        )


def stop_notifying_changes(table: str) -> None:
    """Undo `notify_changes`."""
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS announce_{event} ON {table}")
