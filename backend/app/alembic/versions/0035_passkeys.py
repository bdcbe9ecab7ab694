"""Passkeys, their last use, and used challenges."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout

revision = "0035_passkeys"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("credential_id", sa.String(1_364), nullable=False, unique=True),
        sa.Column("public_key", sa.String(8_000), nullable=False),
        sa.Column("transports", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_passkeys_user_id_id", "passkeys", ["user_id", "id"])
    op.create_table(
        "passkey_uses",
        sa.Column("id", sa.Uuid(), sa.ForeignKey("passkeys.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "used_passkey_challenges",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    notify_changes("passkeys", owner="user_id", topic="passkeys")


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("used_passkey_challenges")
    op.drop_table("passkey_uses")
    op.drop_table("passkeys")
