"""Runs all checks concurrently. Each has a timeout, and a failing check does not hide the others."""

import asyncio
from collections.abc import Awaitable

import structlog

from app.core.clock import utc_now
from app.core.features import modules
from app.core.runtime.health import Health
from app.core.settings import EnvSettings, Settings
from app.core.settings import settings as core_settings
from app.doctor.database import check_database
from app.doctor.files import check_files
from app.doctor.jobs import check_jobs
from app.doctor.keys import check_keys
from app.doctor.limits import check_limits
from app.doctor.mail import check_mail
from app.doctor.models import DoctorReport, Finding
from app.doctor.settings import check_settings
from app.users.config import UsersSettings
from app.users.config import settings as users_settings

logger = structlog.get_logger(__name__)

# Shorter than the timeout of a request, so that one hanging check does not prevent the response.
CHECK_SECONDS = 8.0
_HEALTH_FIXES = {
    "migrations": "Run docker compose run --rm prestart. If it fails, its log says why.",
    "replica": "Check DATABASE_REPLICA_URL, and pg_stat_wal_receiver on the replica.",
    **{name: fix for module in modules("health") for name, fix in getattr(module, "FIXES", {}).items()},
}


async def check_all(settings: Settings = core_settings, users: UsersSettings = users_settings) -> DoctorReport:
    """Run all checks within `CHECK_SECONDS`."""
    checks = {
        "settings": asyncio.to_thread(check_settings, settings, users, *_of_features()),
        "database": check_database(settings),
        "health": _check_health(),
        "mail": check_mail(settings),
        "jobs": check_jobs(),
        "keys": check_keys(),
        "limits": check_limits(settings),
        "storage": check_files(settings),
    }
    results = await asyncio.gather(*(_bounded(name, check) for name, check in checks.items()))
    return DoctorReport(checked_at=utc_now(), findings=[finding for found in results for finding in found])


def _of_features() -> list[EnvSettings]:
    return [module.settings for module in modules("config")]


async def _check_health() -> list[Finding]:
    """Report the checks of `/health/ready`: the schema, and those of features, such as the age of backups."""
    checks = (await Health().readiness()).checks
    # The database has its own finding, and a process that responds is accepting requests.
    others = {name: result for name, result in checks.items() if name not in ("database", "accepting")}
    if checks["database"].state == "failed":
        skipped = "Unknown, because the database cannot be reached."
        return [Finding(code=name, state="skipped", title=name.capitalize(), detail=skipped) for name in others]
    return [
        Finding(
            code=name,
            state=result.state,
            title=name.capitalize(),
            detail=result.detail or "Passed.",
            fix="" if result.state == "ok" else _HEALTH_FIXES.get(name, "See the log of the API for details."),
        )
        for name, result in others.items()
    ]


async def _bounded(name: str, check: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check
    except TimeoutError:
        detail = f"No response within {CHECK_SECONDS:g} s."
    except Exception as error:
        logger.exception("doctor_check_failed", check=name)
        detail = f"The check failed with {type(error).__name__}. The log has the details."
    fix = "Read docker compose logs backend. If it is a defect of this project, report it."
    return [Finding(code=name, state="failed", title=f"{name.capitalize()} not checked", detail=detail, fix=fix)]
