"""Version numbers of items, starting at 1, and an index for the items of all users by title."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

# Deploy: allow require-concurrent-index-creation: if the running release has no items, the table is new and empty.
revision = "0005_items_version"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.add_column("items", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_items_title", "items", [sa.text("lower(title)"), "id"])


def downgrade() -> None:
    set_lock_timeout()
    op.drop_index("ix_items_title", "items")
    op.drop_column("items", "version")
