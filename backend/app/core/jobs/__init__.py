"""Jobs in the database: `@job` declares one, `enqueue` writes it, the worker process runs it (decision 0009)."""

from app.core.jobs.definitions import GiveUp, Job, job
from app.core.jobs.queue import enqueue, hasten

__all__ = ["GiveUp", "Job", "enqueue", "hasten", "job"]
