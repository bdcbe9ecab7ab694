"""The age of the last good backup, for `/health/ready`. An old one is a warning and takes nothing out of service."""

import time
from datetime import datetime, timedelta

from app.backups import crud
from app.backups.config import settings
from app.core.clock import utc_now
from app.core.database.session import autocommit_session
from app.core.runtime.health import Check, CheckFunction

KEPT_SECONDS = 30.0


class NewestBackup:
    """Asks the database now and then only: a backup is made once in hours."""

    def __init__(self) -> None:
        self._created_at: datetime | None = None
        self._keep_until = 0.0

    async def check(self) -> Check:
        if time.monotonic() >= self._keep_until:
            self._created_at = await crud.newest_backup(session=autocommit_session)
            self._keep_until = time.monotonic() + KEPT_SECONDS
        return judge(self._created_at, utc_now())


def judge(newest: datetime | None, now: datetime) -> Check:
    if newest is None:
        if settings.BACKUP_URL:
            return Check("warning", "No backup has been verified yet.")
        return Check("ok" if settings.ENVIRONMENT == "local" else "warning", "No backups are configured.")
    age = now - newest
    is_fresh = age <= timedelta(hours=settings.BACKUP_WARN_AFTER_HOURS)
    return Check("ok" if is_fresh else "warning", f"The last good backup is {age / timedelta(hours=1):.1f} h old.")


CHECKS: dict[str, CheckFunction] = {"backups": NewestBackup().check}
# What to do about a check that is not `ok`, for whoever shows it.
FIXES = {"backups": "./scripts/backups create makes one. Its output says what stops it."}
