"""Notifications of ended sessions, which make event streams re-check their session."""

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout, stop_notifying_changes

revision = "0008_auth_changes"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    notify_changes("user_sessions", owner="user_id", topic="", on=("update", "delete"))


def downgrade() -> None:
    set_lock_timeout()
    stop_notifying_changes("user_sessions")
