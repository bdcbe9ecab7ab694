"""Indexes for the order of creation of items, whose ids can come from another system."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0014_items_created_at"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

INDEXES = {
    "ix_items_owner_id_created_at": ["owner_id", "created_at", "id"],
    "ix_items_created_at": ["created_at", "id"],
}


def upgrade() -> None:
    set_lock_timeout()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        for name, columns in INDEXES.items():
            # An interrupted run leaves an invalid index.
            op.drop_index(name, "items", if_exists=True, postgresql_concurrently=True)
            op.create_index(name, "items", columns, postgresql_concurrently=True)
        op.drop_index("ix_items_owner_id_id", "items", if_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    set_lock_timeout()
    op.create_index("ix_items_owner_id_id", "items", ["owner_id", "id"])
    for name in INDEXES:
        op.drop_index(name, "items")
