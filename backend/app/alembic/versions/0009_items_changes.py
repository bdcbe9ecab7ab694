"""Notifications of changed items."""

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout, stop_notifying_changes

revision = "0009_items_changes"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    notify_changes("items", owner="owner_id")


def downgrade() -> None:
    set_lock_timeout()
    stop_notifying_changes("items")
