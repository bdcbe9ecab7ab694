"""Versions of items: how often each was changed, from 1 on."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations import previous, set_lock_timeout

revision = "0005_items_version"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.add_column("items", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    set_lock_timeout()
    op.drop_column("items", "version")
