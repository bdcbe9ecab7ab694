"""Keys that sign tokens."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0023_core_keys"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("encrypted_private_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retires_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("signing_keys")
