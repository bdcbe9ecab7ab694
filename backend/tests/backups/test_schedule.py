"""When a backup is due, and the process that creates backups."""

import datetime as dt
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.backups import service
from app.backups.archive import open_archive
from app.backups.config import BackupsSettings
from app.backups.schedule import is_due
from tests.backups.place import Place

ONE, TWO = [dt.time(3)], [dt.time(3), dt.time(15)]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "times", "due"),
    [
        (None, at(10, 12), ONE, True),
        (at(10, 3, 1), at(10, 12), ONE, False),
        (at(10, 3, 1), at(11, 2, 59), ONE, False),
        (at(10, 3, 1), at(11, 3, 0), ONE, True),
        (at(10, 2, 59), at(10, 3, 0), ONE, True),
        (at(9, 20), at(10, 2), ONE, False),
        (at(1, 3, 1), at(10, 2), ONE, True),  # the schedule was off for days
        (at(10, 3, 1), at(10, 14, 59), TWO, False),
        (at(10, 3, 1), at(10, 15, 0), TWO, True),
        (at(10, 15, 1), at(11, 2, 0), TWO, False),
        (at(11, 3), at(10, 12), ONE, False),  # the clock was set back
    ],
)
def test_backup_is_due_once_per_time(last: datetime | None, now: datetime, times: list[dt.time], due: bool) -> None:
    assert is_due(last, now, times) is due


def test_times_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_AT", "03:00, 15:30")
    assert [dt.time(3), dt.time(15, 30)] == BackupsSettings().BACKUP_AT


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def log_of(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout)


def test_schedule_starts_immediately_and_stops_on_sigterm(place: Place) -> None:
    process = place.start("run-schedule")
    assert any("backup_verified" in line for line in log_of(process))
    end(process)
    assert len(open_archive().manifests()) == place.count("backups") == 1


def test_restart_creates_no_extra_backup(place: Place) -> None:
    service.create_backup(open_archive())
    process = place.start("run-schedule")
    assert any("backups_scheduled" in line for line in log_of(process))
    time.sleep(1)  # it checks immediately, and again after half a minute
    end(process)
    assert len(open_archive().manifests()) == 1


def test_failed_backup_is_logged_and_retried(place: Place) -> None:
    place.backups.touch()
    process = place.start("run-schedule")
    log = log_of(process)
    assert any("backup_failed" in line for line in log)
    assert any("BACKUP_URL=" in line for line in log)
    assert process.poll() is None
    end(process)
