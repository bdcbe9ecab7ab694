"""Makes a backup at each time of `BACKUP_AT`, until the process is told to end."""

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

LOOK_SECONDS = 30
RETRY_SECONDS = 15 * 60


def is_due(last: datetime | None, now: datetime, times: Sequence[time]) -> bool:
    """Whether there was no backup since the last of the times, which are UTC."""
    days = (now.date() - timedelta(days=1), now.date())
    moments = [datetime.combine(day, each, tzinfo=UTC) for day in days for each in times]
    return last is None or last < max(moment for moment in moments if moment <= now)


def run_forever() -> NoReturn:
    """A run that fails is logged and tried again; meanwhile the age of the last good one tells."""
    while True:
        try:
            _keep_making()
        except Exception:
            logger.exception("backup_failed", retry_after_seconds=RETRY_SECONDS)
            clock.sleep(RETRY_SECONDS)


def _keep_making() -> NoReturn:
    """What the storage has decides, so that a restart neither forgets a backup nor makes one too many."""
    archive = open_archive()
    last = max((manifest.created_at for manifest in archive.manifests()), default=None)
    logger.info("backups_scheduled", at=[f"{each:%H:%M} UTC" for each in settings.BACKUP_AT], last=str(last))
    while True:
        if is_due(last, utc_now(), settings.BACKUP_AT):
            manifest = service.create_backup(archive)
            last = manifest.created_at
            logger.info("backup_verified", name=manifest.name, seconds=manifest.seconds, bytes=manifest.size)
        clock.sleep(LOOK_SECONDS)
