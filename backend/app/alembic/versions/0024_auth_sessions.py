"""Sessions with their device, address, last use and last authentication."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0024_auth_sessions"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    # Without a value in sessions that the previous release begins.
    op.add_column("user_sessions", sa.Column("authenticated_at", sa.DateTime(timezone=True)))
    op.add_column("user_sessions", sa.Column("device", sa.String(100)))
    op.add_column("user_sessions", sa.Column("ip", sa.String(64)))
    op.create_table(
        "session_uses",
        sa.Column("session_id", sa.Uuid(), sa.ForeignKey("user_sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("session_uses")
    for name in ("ip", "device", "authenticated_at"):
        op.drop_column("user_sessions", name)
