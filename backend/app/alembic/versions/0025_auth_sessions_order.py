"""The index for the order of a user's sessions, which also replaces the one without their ids."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0025_auth_sessions_order"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        # An interrupted run leaves an invalid index.
        op.drop_index("ix_user_sessions_user_id_id", "user_sessions", if_exists=True, postgresql_concurrently=True)
        op.create_index("ix_user_sessions_user_id_id", "user_sessions", ["user_id", "id"], postgresql_concurrently=True)
        op.drop_index("ix_user_sessions_user_id", "user_sessions", if_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    set_lock_timeout()
    op.create_index("ix_user_sessions_user_id", "user_sessions", ["user_id"])
    op.drop_index("ix_user_sessions_user_id_id", "user_sessions")
