"""Which backups are kept."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from app.backups import service
from app.backups.archive import Archive, open_archive
from app.backups.config import settings
from tests.backups.place import Place

NOW = datetime(2026, 6, 17, 3, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in (("DAILY", 7), ("WEEKLY", 4), ("MONTHLY", 12)):
        monkeypatch.setattr(settings, f"BACKUP_KEEP_{name}", count)


def kept(*moments: datetime) -> list[str]:
    return [f"{moment:%y-%m-%d %H}" for moment in sorted(service.to_keep(moments))]


def test_year_is_thinned_by_days_weeks_and_months() -> None:
    found = kept(*(NOW - DAY * number for number in range(365)))
    days = ["26-06-11 03", "26-06-12 03", "26-06-13 03", "26-06-14 03", "26-06-15 03", "26-06-16 03", "26-06-17 03"]
    weeks = ["26-05-31 03", "26-06-07 03"]  # Sundays; the daily rule already covers the two newest weeks
    assert [each for each in found if each >= "26-05-30"] == sorted({*weeks, *days, "26-05-31 03"})
    assert len(found) == len(days) + len(weeks) + 10  # the newest of each of ten months before
    assert "26-04-30 03" in found


def test_all_backups_of_the_last_day_are_kept() -> None:
    hours = [NOW - timedelta(hours=number) for number in range(0, 72, 6)]
    assert kept(*hours) == ["26-06-14 21", "26-06-15 21", "26-06-16 09", "26-06-16 15", "26-06-16 21", "26-06-17 03"]


def test_gaps_between_backups_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    old = [NOW - DAY * number for number in (400, 401, 402)]
    assert len(kept(*old)) == 3


@pytest.mark.parametrize("age", [DAY, DAY * 1000])
def test_last_backup_is_kept_at_any_age(monkeypatch: pytest.MonkeyPatch, age: timedelta) -> None:
    for name in ("WEEKLY", "MONTHLY"):
        monkeypatch.setattr(settings, f"BACKUP_KEEP_{name}", 0)
    monkeypatch.setattr(settings, "BACKUP_KEEP_DAILY", 1)
    assert service.to_keep([NOW - age, NOW - age - DAY * 2]) == {NOW - age}
    assert service.to_keep([]) == set()


def test_new_backup_deletes_expired_ones(place: Place, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    first = service.create_backup(archive)
    for days in (400, 401):  # the same month, which keeps only one of them
        archive.store_manifest(
            first.model_copy(update={"name": f"old-{days}", "created_at": first.created_at - DAY * days})
        )
    monkeypatch.setattr(settings, "BACKUP_KEEP_DAILY", 1)
    monkeypatch.setattr(settings, "BACKUP_KEEP_WEEKLY", 0)
    monkeypatch.setattr(settings, "BACKUP_KEEP_MONTHLY", 1)
    second = service.create_backup(archive)
    assert sorted(archive.files()) == [first.name, second.name]
    assert place.execute("SELECT name FROM backups ORDER BY 1") == [(first.name,), (second.name,)]


def test_unfinished_files_are_deleted_after_a_day(place: Place) -> None:
    archive = open_archive()
    service.create_backup(archive)
    for name in ("today.database.age", "old.database.age", "today2.uploads.age#1", "old2.uploads.age#1"):
        (place.backups / name).write_bytes(b"part")
        if name.startswith("old"):
            os.utime(place.backups / name, (0, 0))
    service.prune_backups(archive)
    assert [name for name in place.stored() if "old" in name or "today" in name] == [
        "today.database.age",
        "today2.uploads.age#1",
    ]


def test_foreign_files_are_left_alone(place: Place) -> None:
    archive = open_archive()
    (place.backups / "README").write_text("not ours")
    (place.backups / "theirs.manifest.age").write_bytes(b"of another key")
    service.create_backup(archive)
    assert {"README", "theirs.manifest.age"} <= set(place.stored())
