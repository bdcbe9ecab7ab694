"""The worker with the jobs of `worker_jobs.py`, and with times from the environment."""

import asyncio
import os

from app import worker as program
from app.core.jobs import worker
from tests.faults import worker_jobs

if __name__ == "__main__":
    assert worker_jobs.add.name == "faults.add"
    for name in ("HEARTBEAT_SECONDS", "STALLED_SECONDS"):
        setattr(worker, name, float(os.environ[name]))
    asyncio.run(program.main())
