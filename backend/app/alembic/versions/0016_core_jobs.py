"""Tables and functions of the job queue: the schema of procrastinate 3.10, as a file that never changes."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0016_core_jobs"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).with_suffix(".sql")

DROP = """
DROP FUNCTION procrastinate_fetch_job_v2;
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema::regnamespace AND proname LIKE 'procrastinate%'
    LOOP
        EXECUTE 'DROP FUNCTION ' || name || ' CASCADE';
    END LOOP;
END
$$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
"""


def upgrade() -> None:
    set_lock_timeout()
    op.execute(sa.text(SCHEMA.read_text("utf-8").replace(":", r"\:")))


def downgrade() -> None:
    set_lock_timeout()
    op.execute(sa.text(DROP.replace(":", r"\:")))
