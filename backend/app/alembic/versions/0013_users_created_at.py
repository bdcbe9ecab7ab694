"""An index for the order of creation of users, whose ids can come from another system."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0013_users_created_at"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        # An interrupted run leaves an invalid index.
        op.drop_index("ix_users_created_at", "users", if_exists=True, postgresql_concurrently=True)
        op.create_index("ix_users_created_at", "users", ["created_at", "id"], postgresql_concurrently=True)


def downgrade() -> None:
    set_lock_timeout()
    op.drop_index("ix_users_created_at", "users")
