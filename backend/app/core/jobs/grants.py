"""What the API's role can do with the tables of the job queue, which have no models."""

from app.core.models import READ_WRITE

JOB_TABLES = {
    "procrastinate_events": READ_WRITE,
    "procrastinate_jobs": READ_WRITE,
    "procrastinate_periodic_defers": READ_WRITE,
    "procrastinate_workers": READ_WRITE,
}
