"""What every migration uses. The chain is the order of the numbered files, so that a feature's
migration can be deleted with the feature.
"""

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
