"""The worker process: `python -m app.worker` runs the jobs, `--check` reports whether this container's worker works."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

# The file's age shows whether the worker works. Each container has its own directory for temporary files.
ALIVE_FILE = Path(tempfile.gettempdir()) / f"worker-{os.getuid()}.alive"
ALIVE_SECONDS = 60


def is_alive() -> bool:
    try:
        return time.time() - ALIVE_FILE.stat().st_mtime < ALIVE_SECONDS
    except FileNotFoundError:
        return False


async def main() -> None:
    # Imported here, because the check runs every few seconds and must stay small.
    from app.core.database.session import connections
    from app.core.features import modules
    from app.core.jobs.worker import work_until
    from app.core.logging import configure_logging
    from app.core.runtime.sentry import start_reports
    from app.core.settings import settings

    configure_logging()
    # At INFO, procrastinate logs the arguments of jobs; so it does with the errors, which `core.jobs` logs itself.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    logging.getLogger("procrastinate.worker").addFilter(lambda record: getattr(record, "action", "") != "job_error")
    start_reports(settings)
    for _ in (*modules("config"), *modules("listeners"), *modules("jobs")):
        pass  # the import registers them
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with connections():
        await work_until(stop, beat=ALIVE_FILE.touch)
    ALIVE_FILE.unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Run the jobs.")
    parser.add_argument("--check", action="store_true", help="report whether the worker of this container is alive")
    if parser.parse_args().check:
        sys.exit(0 if is_alive() else "The worker has not reached the database for a minute.")
    asyncio.run(main())
