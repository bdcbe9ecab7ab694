"""The second factor that a session was proved with, and what limits a challenge."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0033_auth_factors"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.add_column("user_sessions", sa.Column("factor", sa.String(32)))
    op.add_column("one_time_links", sa.Column("session_id", sa.Uuid()))
    # With a default for the challenges that the previous release starts.
    op.add_column("one_time_links", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    set_lock_timeout()
    op.drop_column("one_time_links", "failures")
    op.drop_column("one_time_links", "session_id")
    op.drop_column("user_sessions", "factor")
