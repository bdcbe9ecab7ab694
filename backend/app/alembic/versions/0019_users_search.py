"""Indexes for the search in users, and for the few who are superusers or inactive."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0019_users_search"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

SEARCHED = {"ix_users_email_search": "email", "ix_users_full_name_search": "full_name"}
FILTERED = {"ix_users_superusers": "is_superuser", "ix_users_inactive": "NOT is_active"}


def upgrade() -> None:
    set_lock_timeout()
    # The owner of a database can create this one; PostgreSQL trusts it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        for name in (*SEARCHED, *FILTERED):
            # An interrupted run leaves an invalid index.
            op.drop_index(name, "users", if_exists=True, postgresql_concurrently=True)
        for name, column in SEARCHED.items():
            op.create_index(
                name,
                "users",
                [column],
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
                postgresql_concurrently=True,
            )
        for name, condition in FILTERED.items():
            columns = ["created_at", "id"]
            op.create_index(name, "users", columns, postgresql_where=sa.text(condition), postgresql_concurrently=True)


def downgrade() -> None:
    set_lock_timeout()
    for name in (*SEARCHED, *FILTERED):
        op.drop_index(name, "users")
