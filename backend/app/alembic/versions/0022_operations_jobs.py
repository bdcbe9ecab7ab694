"""Indexes of the jobs, by request and by state, for the pages of operations."""

from alembic import op

from app.core.migrations.steps import previous, set_lock_timeout

revision = "0022_operations_jobs"
down_revision = previous(__file__)
branch_labels = None
depends_on = None

# The expression of `REQUEST_ID` in core/jobs/overview.py.
INDEXES = {
    "ix_procrastinate_jobs_request_id": "(coalesce(args ->> 'request_id', task_name || '-' || (args ->> 'timestamp')))",
    "ix_procrastinate_jobs_status_id": "status, id",
}


def upgrade() -> None:
    set_lock_timeout()
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '2s'")
        for name, columns in INDEXES.items():
            # An interrupted run leaves an invalid index.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON procrastinate_jobs ({columns})")


def downgrade() -> None:
    set_lock_timeout()
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
