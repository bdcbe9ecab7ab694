"""Changes of an address that wait for their confirmation."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0031_auth_email_changes"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "email_changes",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("email_changes")
