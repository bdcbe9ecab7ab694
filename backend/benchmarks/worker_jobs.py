"""The worker with one trivial job, for `jobs.py`."""

import asyncio

from app import worker
from app.core.jobs import job


@job()
async def do_nothing(*, number: int) -> None:
    pass


def main() -> None:
    asyncio.run(worker.main())
