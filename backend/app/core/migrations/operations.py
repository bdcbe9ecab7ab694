"""What every migration uses. The chain is the order of the numbered files, so that a feature's
migration can be deleted with the feature.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op


def previous(file: str) -> str | None:
    """The revision before a migration's file: that of the next lower number."""
    path = Path(file)
    before = sorted(each.stem for each in path.parent.glob("[0-9]*.py") if each.stem < path.stem)
    return before[-1] if before else None


def set_lock_timeout() -> None:
    """A migration that waits for a lock makes every later query wait behind it: rather give up."""
    op.execute("SET LOCAL lock_timeout = '2s'")


def forget(*revisions: str) -> None:
    """For what drops the tables of these: they are run again when their feature comes back."""
    names = ", ".join(f"'{revision}'" for revision in revisions)
    op.execute(f"DELETE FROM applied_migrations WHERE revision IN ({names})")  # noqa: S608


def notify_changes(
    table: str, *, owner: str, topic: str | None = None, on: Sequence[str] = ("insert", "update", "delete")
) -> None:
    """Send the row changes of a table to the event streams of its owners and of superusers.

    `owner` is the column with the user's id. The topic is the table's name; an empty one tells nobody anything, and
    makes the owners' streams see whether their session still lasts.
    """
    topic = table if topic is None else topic
    rows = {"insert": "NEW TABLE AS new_rows", "delete": "OLD TABLE AS old_rows"}
    rows["update"] = f"{rows['delete']} {rows['insert']}"
    for event in on:
        op.execute(
            f"CREATE TRIGGER announce_{event} AFTER {event} ON {table} REFERENCING {rows[event]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION notify_changes('{owner}', '{topic}')"
        )


def announce_no_changes(table: str) -> None:
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS announce_{event} ON {table}")
