"""The age of the last good backup in `/health/ready`."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.backups import health
from app.backups.config import settings
from app.backups.models import Backup
from app.core.clock import utc_now

READY = "/api/v1/health/ready"
NOW = datetime(2026, 6, 17, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", "production")
    monkeypatch.setattr(settings, "BACKUP_URL", "")


@pytest.mark.parametrize(
    ("hours", "state", "detail"),
    [
        (3.5, "ok", "The last verified backup is 3.5 h old."),
        (26, "ok", "The last verified backup is 26.0 h old."),
        (26.1, "warning", "The last verified backup is 26.1 h old."),
        (999, "warning", "The last verified backup is 999.0 h old."),
    ],
)
def test_age_is_reported_and_rated(hours: float, state: str, detail: str) -> None:
    assert health.judge(NOW - timedelta(hours=hours), NOW) == (state, detail)


def test_missing_backups_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.judge(None, NOW) == ("warning", "No backups are configured.")
    monkeypatch.setattr(settings, "BACKUP_URL", "file:///backups")
    assert health.judge(None, NOW) == ("warning", "No backup has been verified yet.")
    monkeypatch.setattr(settings, "BACKUP_URL", "")
    monkeypatch.setattr(settings, "ENVIRONMENT", "local")
    assert health.judge(None, NOW) == ("ok", "No backups are configured.")


async def test_newest_backup_decides(session: AsyncSession, client: AsyncClient) -> None:
    for hours in (50, 30, 40):
        moment = utc_now() - timedelta(hours=hours)
        session.add(Backup(name=f"{hours}", created_at=moment, verified_at=moment, seconds=1, size=1, rows=1))
    await session.commit()
    assert await health.NewestBackup().check() == ("warning", "The last verified backup is 30.0 h old.")


async def test_warning_keeps_the_process_ready(client: AsyncClient) -> None:
    response = await client.get(READY)
    assert response.status_code == 200
    assert response.json()["checks"]["backups"]["detail"] == "No backups are configured."
