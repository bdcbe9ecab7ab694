"""The audit log: its table, which is append-only, and the function of the triggers that write it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0020_audit"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

# The arguments of a trigger are the record type and the columns of the primary key. Runs as the owner of the tables:
# the API's role can read events, but not write one of its own.
WRITE = """
CREATE FUNCTION write_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
    before_row jsonb := to_jsonb(OLD);
    after_row jsonb := to_jsonb(NEW);
    before_fields jsonb;
    after_fields jsonb;
BEGIN
    SELECT jsonb_object_agg(name, CASE WHEN is_secret AND o.value <> 'null' THEN '"***"' ELSE o.value END)
               FILTER (WHERE o.value IS NOT NULL),
           jsonb_object_agg(name, CASE WHEN is_secret AND n.value <> 'null' THEN '"***"' ELSE n.value END)
               FILTER (WHERE n.value IS NOT NULL)
    INTO before_fields, after_fields
    FROM jsonb_each(before_row) AS o (name, value)
    FULL JOIN jsonb_each(after_row) AS n (name, value) USING (name),
    LATERAL (SELECT name ~ 'password|secret|token|hash|otp|private') AS matched (is_secret)
    WHERE o.value IS DISTINCT FROM n.value AND name <> 'version';
    IF before_fields IS NULL AND after_fields IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_events
        (user_id, principal, action, record_type, record_id, client, request_id, before, after)
    SELECT
        (actor ->> 'user_id')::uuid,
        coalesce(actor ->> 'principal', 'system'),
        TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '.create' ELSE '.' || lower(TG_OP) END,
        TG_ARGV[0],
        (SELECT string_agg(coalesce(after_row, before_row) ->> name, '/' ORDER BY position)
         FROM unnest(TG_ARGV[1:]) WITH ORDINALITY AS key (name, position)),
        actor ->> 'client',
        actor ->> 'request_id',
        before_fields,
        after_fields;
    RETURN NULL;
END
$$
"""

# Also refuses the owner of the table. Only the function below is let through.
REFUSE = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    callers text;
BEGIN
    GET DIAGNOSTICS callers = PG_CONTEXT;
    IF TG_OP <> 'DELETE' OR position('function delete_expired_audit_events()' IN callers) = 0 THEN
        RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$
"""
APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""

# A function, which only its owner can replace, because the API's role must not shorten the retention. Every migration
# run replaces it with that of the settings (app/audit/triggers.py).
RETENTION = """
CREATE FUNCTION audit_retention() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '365 days' $$
"""

# Returns the number of deleted events, at most 10,000.
DELETE_EXPIRED = """
CREATE FUNCTION delete_expired_audit_events() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    deleted bigint;
BEGIN
    DELETE FROM audit_events WHERE id IN (
        SELECT id FROM audit_events
        WHERE created_at < now() - audit_retention() ORDER BY created_at LIMIT 10000
    );
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END
$$
"""


def upgrade() -> None:
    set_lock_timeout()
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")
        ),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("before", JSONB()),
        sa.Column("after", JSONB()),
    )
    op.create_index("ix_audit_events_created_at", "audit_events", ["created_at", "id"])
    op.create_index("ix_audit_events_request_id", "audit_events", ["request_id"])
    for column in ("user_id", "action", "record_id"):
        op.create_index(f"ix_audit_events_{column}_created_at", "audit_events", [column, "created_at", "id"])
    for statement in (WRITE, REFUSE, APPEND_ONLY, RETENTION, DELETE_EXPIRED):
        op.execute(statement)


def downgrade() -> None:
    set_lock_timeout()
    op.execute("DROP FUNCTION write_audit_event() CASCADE")  # and its trigger on each table
    op.drop_table("audit_events")
    op.execute("DROP FUNCTION refuse_audit_change(), delete_expired_audit_events(), audit_retention()")
