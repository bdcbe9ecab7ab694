"""Several valid links of a user. The unused table of the single ones stays for the previous release."""

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0018_auth_links"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
    # Links that were sent before the deployment stay valid.
    op.execute("""
        INSERT INTO one_time_links (id, user_id, purpose, token_hash, email, expires_at, used_at)
        SELECT gen_random_uuid(), user_id, purpose, token_hash, email, expires_at, used_at FROM one_time_tokens
        WHERE used_at IS NULL AND expires_at > now()
    """)


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("one_time_links")
