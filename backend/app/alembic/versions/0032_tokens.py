"""API tokens and their last use."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout

revision = "0032_tokens"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_index("ix_api_tokens_user_id_id", "api_tokens", ["user_id", "id"])
    op.create_table(
        "api_token_uses",
        sa.Column("token_id", sa.Uuid(), sa.ForeignKey("api_tokens.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("last_used_on", sa.Date(), nullable=False),
        sa.Column("last_used_ip", sa.String(64)),
    )
    notify_changes("api_tokens", owner="user_id", topic="tokens")


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("api_token_uses")
    op.drop_table("api_tokens")
