"""Security events of users: an append-only table, which keeps a year."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0030_auth_security_events"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

# With the rights of the owner: the API's role can neither change nor delete events. Returns the number of deleted
# events, at most 10,000.
DELETE_EXPIRED = """
CREATE FUNCTION delete_expired_security_events() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    deleted bigint;
BEGIN
    DELETE FROM security_events WHERE id IN (
        SELECT id FROM security_events WHERE at < now() - interval '365 days' ORDER BY at LIMIT 10000
    );
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$
"""


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "security_events",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("device", sa.String(100)),
        sa.Column("ip", sa.String(64)),
        sa.Column("network", sa.String(64)),
        sa.Column("details", JSONB(), nullable=False),
    )
    op.create_index("ix_security_events_user_id_id", "security_events", ["user_id", "id"])
    op.create_index("ix_security_events_at", "security_events", ["at"])
    op.execute(DELETE_EXPIRED)


def downgrade() -> None:
    set_lock_timeout()
    op.execute("DROP FUNCTION delete_expired_security_events()")
    op.drop_table("security_events")
