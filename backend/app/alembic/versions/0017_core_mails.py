"""The mail outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0017_core_mails"
down_revision = previous(__file__)
branch_labels = None
depends_on = None


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("recipient_id", sa.Uuid()),
        sa.Column("address", sa.String(254)),
        sa.Column("context", JSONB(), nullable=False),
        sa.Column("request_id", sa.String(64), index=True),
        sa.Column("subject", sa.String(255)),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("message_id", sa.String(320)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_mails_address_created_at", "mails", ["address", "template", "created_at"])
    op.create_index("ix_mails_recipient_id_attempted_at", "mails", ["recipient_id", "template", "attempted_at"])
    op.create_index("ix_mails_created_at", "mails", ["created_at", "id"])
    op.create_index("ix_mails_queued", "mails", ["id"], postgresql_where=sa.text("state = 'queued'"))


def downgrade() -> None:
    set_lock_timeout()
    op.drop_table("mails")
