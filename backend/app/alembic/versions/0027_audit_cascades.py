"""The event of a deleted record counts the rows that foreign keys delete with it."""

import re

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0027_audit_cascades"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

# Fires before the row and what depends on it are deleted. The foreign keys' own deletions fire no trigger until the
# statement ends, so they cannot be counted in time. Only tables that the log covers count.
COUNT = """
CREATE FUNCTION count_deleted_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reference record;
    found bigint;
    counts jsonb := '{}';
    record text;
BEGIN
    FOR reference IN
        SELECT conrelid::regclass AS name, child.attname AS child_column, parent.attname AS parent_column
        FROM pg_constraint
        JOIN pg_attribute AS child ON child.attrelid = conrelid AND child.attnum = conkey[1]
        JOIN pg_attribute AS parent ON parent.attrelid = confrelid AND parent.attnum = confkey[1]
        WHERE contype = 'f' AND confdeltype = 'c' AND confrelid = TG_RELID AND cardinality(conkey) = 1
            AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = conrelid AND tgname = 'audit')
    LOOP
        EXECUTE format(
            'SELECT count(*) FROM %s WHERE %I = ($1).%I',
            reference.name, reference.child_column, reference.parent_column
        ) INTO found USING OLD;
        IF found > 0 THEN
            found := found + coalesce((counts ->> reference.name::text)::bigint, 0);
            counts := counts || jsonb_build_object(reference.name::text, found);
        END IF;
    END LOOP;
    IF counts <> '{}' THEN
        record := TG_RELID || ' ' || (
            SELECT string_agg(to_jsonb(OLD) ->> name, '/' ORDER BY position)
            FROM unnest(TG_ARGV[1:]) WITH ORDINALITY AS key (name, position)
        );
        PERFORM set_config(
            'app.deleted_rows',
            (coalesce(nullif(current_setting('app.deleted_rows', true), '')::jsonb, '{}')
                || jsonb_build_object(record, counts))::text,
            true
        );
    END IF;
    RETURN OLD;
END
$$
"""
# As in 0020, with the counts.
WRITE = """
CREATE OR REPLACE FUNCTION write_audit_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    actor jsonb := nullif(current_setting('app.actor', true), '')::jsonb;
    before_row jsonb := to_jsonb(OLD);
    after_row jsonb := to_jsonb(NEW);
    before_fields jsonb;
    after_fields jsonb;
    deleted jsonb;
    record text;
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
    -- The counts: begin
    IF TG_OP = 'DELETE' THEN
        deleted := nullif(current_setting('app.deleted_rows', true), '')::jsonb;
        record := TG_RELID || ' ' || (
            SELECT string_agg(before_row ->> name, '/' ORDER BY position)
            FROM unnest(TG_ARGV[1:]) WITH ORDINALITY AS key (name, position)
        );
        IF deleted ? record THEN
            before_fields := before_fields || jsonb_build_object('deleted_rows', deleted -> record);
            PERFORM set_config('app.deleted_rows', (deleted - record)::text, true);
        END IF;
    END IF;
    -- The counts: end
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
WRITE_BEFORE = re.sub(r"    -- The counts: begin\n.*?The counts: end\n", "", WRITE, flags=re.DOTALL)


def upgrade() -> None:
    set_lock_timeout()
    op.execute(COUNT)
    op.execute(WRITE)


def downgrade() -> None:
    set_lock_timeout()
    op.execute(WRITE_BEFORE)
    op.execute("DROP FUNCTION count_deleted_rows() CASCADE")  # and its trigger on each table
