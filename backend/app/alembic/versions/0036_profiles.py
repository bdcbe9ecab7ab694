"""Profiles of users."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.migrations.steps import notify_changes, previous, set_lock_timeout

revision = "0036_profiles"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "profiles",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("username", sa.String(50)),
        sa.Column("first_name", sa.String(100)),
        sa.Column("last_name", sa.String(100)),
        sa.Column("document", postgresql.JSONB(), nullable=False, server_default="{}"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    )
    op.create_index("uq_profiles_username", "profiles", [sa.text("lower(username)")], unique=True)
    op.create_index(
        "ix_profiles_document",
        "profiles",
        ["document"],
        postgresql_using="gin",
        postgresql_ops={"document": "jsonb_path_ops"},
    )
    notify_changes("profiles", owner="user_id")


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("profiles")
