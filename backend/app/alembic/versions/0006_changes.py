"""Trigger function that notifies of changed rows."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0006_changes"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

# Sends one notification per statement that changes rows, when its transaction commits. A payload holds 8,000 bytes, so
# with more than 100 owners it lists none. to_jsonb lets one function with static statements handle any table; dynamic
# statements would cost PostgreSQL twice as much.
NOTIFY_CHANGES = """
CREATE FUNCTION notify_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner_column text := TG_ARGV[0];
    owners text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT to_jsonb(n) ->> owner_column) INTO owners FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT to_jsonb(o) ->> owner_column) INTO owners FROM old_rows o;
    ELSE
        SELECT array_agg(DISTINCT changed ->> owner_column) INTO owners
        FROM (SELECT to_jsonb(o) FROM old_rows o UNION ALL SELECT to_jsonb(n) FROM new_rows n) AS both_rows (changed);
    END IF;
    IF owners IS NOT NULL THEN
        PERFORM pg_notify('changes', json_build_object(
            'topic', nullif(TG_ARGV[1], ''),
            'owners', CASE WHEN cardinality(owners) <= 100 THEN owners END
        )::text);
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    set_lock_timeout()
    op.execute(NOTIFY_CHANGES)


def downgrade() -> None:
    set_lock_timeout()
    op.execute("DROP FUNCTION notify_changes")
