"""Notifications of changed users."""

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout, stop_notifying_changes

revision = "0007_users_changes"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    notify_changes("users", owner="id")


def downgrade() -> None:
    set_lock_timeout()
    stop_notifying_changes("users")
