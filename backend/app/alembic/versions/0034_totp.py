"""Authenticator apps, recovery codes and trusted browsers."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout

revision = "0034_totp"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "totp_secrets",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("encrypted_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_counter", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "trusted_devices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("device", sa.String(100)),
        sa.Column("ip", sa.String(64)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_index("ix_trusted_devices_user_id_id", "trusted_devices", ["user_id", "id"])
    for table in ("totp_secrets", "recovery_codes", "trusted_devices"):
        notify_changes(table, owner="user_id", topic="totp")


def downgrade() -> None:
    set_lock_timeout()
    for table in ("trusted_devices", "recovery_codes", "totp_secrets"):
        op.drop_table(table)
