"""Creates a backup at each time in `BACKUP_AT`, until the process is terminated."""

import time as clock
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import NoReturn

import structlog

from app.backups import service
from app.backups.archive import open_archive
from app.backups.config import settings
from app.core.clock import utc_now

logger = structlog.get_logger(__name__)

POLL_SECONDS = 30
RETRY_SECONDS = 15 * 60


def is_due(last: datetime | None, now: datetime, times: Sequence[time]) -> bool:
    """Return whether the most recent of the scheduled times (UTC) has passed without a backup."""
    days = (now.date() - timedelta(days=1), now.date())
    scheduled = [datetime.combine(day, at, tzinfo=UTC) for day in days for at in times]
    return last is None or last < max(moment for moment in scheduled if moment <= now)


def run_forever() -> NoReturn:
    """Create backups on schedule. A failure is logged and retried; the health check reports the last backup's age."""
    while True:
        try:
            _run()
        except Exception:
            logger.exception("backup_failed", retry_after_seconds=RETRY_SECONDS)
            clock.sleep(RETRY_SECONDS)


def _run() -> NoReturn:
    """Create backups until one fails. The last one is looked up in the storage, so a restart skips or repeats none."""
    archive = open_archive()
    last = max((manifest.created_at for manifest in archive.manifests()), default=None)
    logger.info("backups_scheduled", at=[f"{at:%H:%M} UTC" for at in settings.BACKUP_AT], last=str(last))
    while True:
        if is_due(last, utc_now(), settings.BACKUP_AT):
            manifest = service.create_backup(archive)
            last = manifest.created_at
            logger.info("backup_verified", name=manifest.name, seconds=manifest.seconds, bytes=manifest.size)
        clock.sleep(POLL_SECONDS)
