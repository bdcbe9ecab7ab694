"""Changes reported by a notice on connections that request it, which then notify after their commit."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0012_changes_after_commit"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

NOTIFY_CHANGES = """
CREATE OR REPLACE FUNCTION notify_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner_column text := TG_ARGV[0];
    owners text[];
    change text;
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
        change := json_build_object(
            'topic', nullif(TG_ARGV[1], ''),
            'owners', CASE WHEN cardinality(owners) <= 100 THEN owners END
        );
        {report}
    END IF;
    RETURN NULL;
END
$$
"""
NOTIFY = "PERFORM pg_notify('changes', change);"
# core/database/change_notifier.py reads the notice. Other clients, such as psql, notify within the transaction.
NOTICE_OR_NOTIFY = f"""
        IF current_setting('app.announce', true) = 'notice' THEN
            RAISE NOTICE USING MESSAGE = change, ERRCODE = '01CHG';
        ELSE
            {NOTIFY}
        END IF;
"""


def upgrade() -> None:
    set_lock_timeout()
    op.execute(NOTIFY_CHANGES.replace("{report}", NOTICE_OR_NOTIFY))


def downgrade() -> None:
    set_lock_timeout()
    op.execute(NOTIFY_CHANGES.replace("{report}", NOTIFY))
