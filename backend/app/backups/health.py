"""Health check of the last verified backup's age. An old backup is a warning and does not affect readiness."""

import time
from datetime import datetime, timedelta

from app.backups import crud
from app.backups.config import settings
from app.core.clock import utc_now
from app.core.database.session import autocommit_session
from app.core.runtime.health import Check, CheckFunction

CACHE_SECONDS = 30.0


class NewestBackup:
    """The check, which caches its query, because a backup is created only every few hours."""

    def __init__(self) -> None:
        self._created_at: datetime | None = None
        self._expires_at = 0.0

    async def check(self) -> Check:
        if time.monotonic() >= self._expires_at:
            self._created_at = await crud.newest_backup(session=autocommit_session)
            self._expires_at = time.monotonic() + CACHE_SECONDS
        return judge(self._created_at, utc_now())


def judge(newest: datetime | None, now: datetime) -> Check:
    if newest is None:
        if settings.BACKUP_URL:
            return Check("warning", "No backup has been verified yet.")
        return Check("ok" if settings.ENVIRONMENT == "local" else "warning", "No backups are configured.")
    age = now - newest
    is_fresh = age <= timedelta(hours=settings.BACKUP_WARN_AFTER_HOURS)
    return Check("ok" if is_fresh else "warning", f"The last verified backup is {age / timedelta(hours=1):.1f} h old.")


CHECKS: dict[str, CheckFunction] = {"backups": NewestBackup().check}
# What to do if a check is not `ok`.
FIXES = {"backups": "Run ./scripts/backups create. If it fails, its output says why. See docs/running/backups.md."}
