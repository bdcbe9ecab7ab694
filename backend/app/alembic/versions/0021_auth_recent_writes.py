"""When each user last wrote, so that their lists come from the primary for a while."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0021_auth_recent_writes"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "recent_writes",
        sa.Column("user_id", sa.Uuid(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("recent_writes")
