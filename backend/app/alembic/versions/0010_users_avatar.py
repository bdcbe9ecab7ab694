"""Pictures of users."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0010_users_avatar"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.add_column("users", sa.Column("avatar_url", sa.String(255)))


def downgrade() -> None:
    set_lock_timeout()
    op.drop_column("users", "avatar_url")
