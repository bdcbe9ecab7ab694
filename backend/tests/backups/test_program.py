"""`python -m app.backups` from an operator's point of view."""

import subprocess

import pytest

from app.backups import service
from app.backups.archive import open_archive
from app.backups.models import Manifest
from tests.backups.place import ROWS, Place


def run(place: Place, *arguments: str, input: str = "") -> subprocess.CompletedProcess[str]:
    process = place.start(*arguments, stdin=subprocess.PIPE)
    output, _ = process.communicate(input, timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, output)


@pytest.fixture
def manifest(place: Place) -> Manifest:
    return service.create_backup(open_archive())


def test_help_lists_the_commands(place: Place) -> None:
    done = run(place, "--help")
    assert done.returncode == 0
    for name in ("create", "list", "verify", "restore", "prune", "drop-replaced", "run-schedule", "key"):
        assert name in done.stdout


def test_backup_is_created_listed_verified_and_restored(place: Place) -> None:
    assert "There is no backup yet" in run(place, "list").stdout
    assert "Verified: the restored copy is identical" in run(place, "create").stdout
    [manifest] = open_archive().manifests()
    assert manifest.name in run(place, "list").stdout
    assert f"{manifest.name} is verified" in run(place, "verify").stdout
    place.execute("DELETE FROM things")
    done = run(place, "restore", "latest", "--yes")
    assert done.returncode == 0, done.stdout
    assert "  RTO  " in done.stdout
    assert "  RPO  0 h 00 min" in done.stdout
    assert place.count("things") == ROWS
    assert f"Dropped: {place.database}_before_restore_" in run(place, "drop-replaced").stdout
    assert place.databases() == [place.database]


@pytest.mark.parametrize(("typed", "is_done"), [("", False), ("yes", False), ("latest", False), ("{name}", True)])
def test_restore_prompts_for_the_name(place: Place, manifest: Manifest, typed: str, is_done: bool) -> None:
    place.execute("DELETE FROM things")
    done = run(place, "restore", manifest.name, input=typed.format(name=manifest.name) + "\n")
    assert manifest.name in done.stdout
    assert (done.returncode == 0) is is_done, done.stdout
    assert place.count("things") == (ROWS if is_done else 0)
    assert "Traceback" not in done.stdout


def test_error_is_one_line(place: Place) -> None:
    done = run(place, "restore", "monday", "--yes")
    assert done.returncode == 1
    assert done.stdout.startswith("error: There is no backup 'monday'.")
    assert done.stdout.count("\n") == 1


def test_new_key_is_valid(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    key = run(place, "key").stdout
    monkeypatch.setenv("BACKUP_KEY", key)
    assert key.startswith("AGE-SECRET-KEY-1")
    assert run(place, "create").returncode == 0
