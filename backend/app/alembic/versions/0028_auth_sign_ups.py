"""Sign-ups that wait for the verification of their address, and their links."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0028_auth_sign_ups"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, index=True),
        sa.Column("full_name", sa.String(255)),
        sa.Column("hashed_password", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "sign_up_links",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True),
        sa.Column(
            "sign_up_id", sa.Uuid(), sa.ForeignKey("sign_ups.id", ondelete="CASCADE"), nullable=False, index=True
        ),
    )


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("sign_up_links")
    op.drop_table("sign_ups")
