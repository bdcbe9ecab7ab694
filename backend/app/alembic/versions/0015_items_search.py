"""Indexes for the search in titles and descriptions of items."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0015_items_search"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

INDEXES = {"ix_items_title_search": "title", "ix_items_description_search": "description"}


def upgrade() -> None:
    set_lock_timeout()
    # The owner of a database can create this one; PostgreSQL trusts it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        for name, column in INDEXES.items():
            # An interrupted run leaves an invalid index.
            op.drop_index(name, "items", if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                "items",
                [column],
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    set_lock_timeout()
    for name in INDEXES:
        op.drop_index(name, "items")
