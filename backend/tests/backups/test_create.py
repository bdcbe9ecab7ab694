"""A backup is kept only if a restored copy is equal. Otherwise nothing of it is left."""

import resource
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path

import psycopg
import pyrage
import pytest
from pydantic import SecretStr
from pyrage.x25519 import Identity

from app.backups import database, service
from app.backups.archive import Archive, open_archive
from app.backups.config import settings
from app.backups.programs import BackupError
from app.core.settings import settings as core_settings
from tests.backups.place import ROWS, Place
from tests.conftest import BACKEND_DIR

ReplaceProgram = Callable[[str, str], None]


def decrypted(place: Place, name: str) -> bytes:
    return bytes(pyrage.decrypt((place.backups / name).read_bytes(), [Identity.from_str(place.key)]))


def test_manifest_describes_the_backup(place: Place, archive: Archive) -> None:
    manifest = service.create_backup(archive)
    assert archive.manifests() == [manifest]
    assert manifest.tables["public.things"].rows == ROWS
    assert manifest.tables["public.things"].newest == place.execute("SELECT max(created_at) FROM things")[0][0]
    assert manifest.rows == sum(place.count(table) for table in manifest.tables) - place.count("backups")
    assert set(manifest.files) == {"database.age", "uploads.age"}
    assert manifest.size == sum(file.size for file in manifest.files.values()) > 0
    assert place.execute("SELECT name, created_at, rows, size FROM backups") == [
        (manifest.name, manifest.created_at, manifest.rows, manifest.size)
    ]
    assert place.databases() == [place.database]


def test_stored_files_are_encrypted_with_age(place: Place) -> None:
    manifest = service.create_backup(open_archive())
    assert place.stored() == [f"{manifest.name}.{kind}.age" for kind in ("database", "manifest", "uploads")]
    for path in place.backups.iterdir():
        content = path.read_bytes()
        assert content.startswith(b"age-encryption.org/v1\n-> X25519 ")
        for plain in (b"PGDMP", b"grace", b"Grace", b"things", place.key.encode()):
            assert plain not in content


def test_stored_files_are_a_dump_and_a_tar(place: Place) -> None:
    manifest = service.create_backup(open_archive())
    assert decrypted(place, f"{manifest.name}.database.age").startswith(b"PGDMP")
    with tarfile.open(fileobj=BytesIO(decrypted(place, f"{manifest.name}.uploads.age"))) as tar:
        file = tar.extractfile("./avatars/grace.webp")
        assert file is not None
        assert file.read() == b"the picture of Grace"


def test_uploads_in_a_bucket_are_not_copied(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_settings, "STORAGE_URL", "s3://uploads")
    assert set(service.create_backup(open_archive()).files) == {"database.age"}


def test_concurrent_writes_do_not_affect_the_backup(place: Place, replace_program: ReplaceProgram) -> None:
    """The dump and the row counts are of the same snapshot, however long the dump takes."""
    replace_program("pg_dump", 'sleep 0.5\nexec "$real" "$@"')
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            place.add_things(1)
            place.execute("UPDATE things SET title = title || '.' WHERE id IN (SELECT id FROM things LIMIT 3)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifest = service.create_backup(open_archive())
    finally:
        ended.set()
        writer.join()
    assert ROWS <= manifest.tables["public.things"].rows < place.count("things")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM things WHERE id = (SELECT max(id::text)::uuid FROM things)",
        "UPDATE things SET title = 'Another' WHERE id = (SELECT max(id::text)::uuid FROM things)",
        "CREATE TABLE more (id int)",
        "DROP TABLE one_time_tokens",
    ],
)
def test_backup_with_a_different_copy_is_discarded(place: Place, replace_program: ReplaceProgram, change: str) -> None:
    replace_program(
        "pg_restore",
        f'"$real" "$@" || exit\nfor last; do :; done\n'
        f'exec "${{real%/*}}/psql" --quiet "${{last#--dbname=}}" --command "{change}"',
    )
    with pytest.raises(
        BackupError, match=r"differs from the original in these tables: public\.(things|more|one_time_tokens)"
    ):
        service.create_backup(open_archive())
    assert (place.stored(), place.count("backups"), place.databases()) == ([], 0, [place.database])


@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_error_of_a_failing_program_is_reported(place: Place, replace_program: ReplaceProgram, program: str) -> None:
    replace_program(program, "head -c 100000 /dev/zero\necho the disk is on fire >&2\nexit 3")
    with pytest.raises(BackupError, match=f"{program} failed with status 3: the disk is on fire"):
        service.create_backup(open_archive())
    assert (place.stored(), place.count("backups"), place.databases()) == ([], 0, [place.database])


def test_failure_leaves_no_upload_in_a_bucket(
    place: Place, bucket: object, monkeypatch: pytest.MonkeyPatch, replace_program: ReplaceProgram
) -> None:
    monkeypatch.setattr(settings, "BACKUP_URL", bucket.url)  # type: ignore[attr-defined]
    monkeypatch.setattr(settings, "BACKUP_ACCESS_KEY_ID", "the-key-id")
    replace_program("pg_dump", "head -c 80000000 /dev/urandom\nexit 3")
    with pytest.raises(BackupError):
        service.create_backup(open_archive())
    assert [*bucket.files, *bucket.unfinished] == []  # type: ignore[attr-defined]
    assert [query for method, query, _ in bucket.requests if "partNumber" in query]  # type: ignore[attr-defined]


@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_program_older_than_the_server_is_refused(place: Place, programs: Path, program: str) -> None:
    (programs / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) 9.6.24'\n")
    (programs / program).chmod(0o755)
    with pytest.raises(BackupError, match=rf"{program} is too old.*postgresql-client-\d+"):
        service.create_backup(open_archive())


def test_missing_program_is_reported(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BackupError, match=r"There is no pg_dump on PATH\. Install"):
        service.create_backup(open_archive())


def test_unwritable_folder_is_reported(place: Place) -> None:
    place.backups.touch()
    with pytest.raises(BackupError, match=r"BACKUP_URL=file://.*/backups cannot be opened"):
        open_archive()


def test_full_disk_is_reported_and_leaves_no_backup(place: Place) -> None:
    """With a limit on file sizes, writes fail as on a full disk."""
    place.add_things(30_000)
    process = subprocess.run(
        [sys.executable, "-m", "app.backups", "create"],
        cwd=BACKEND_DIR,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )
    assert process.returncode == 1
    assert "database.age could not be stored. Check the free space" in process.stderr
    assert "Traceback" not in process.stderr
    assert (place.stored(), place.count("backups")) == ([], 0)


def test_missing_createdb_privilege_is_reported_with_a_fix(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    role = f"{place.database}_reader"
    place.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'reader'; GRANT pg_read_all_data TO {role}")
    try:
        url = f"postgresql://{role}:reader@{place.url.partition('@')[2]}"
        monkeypatch.setattr(core_settings, "DATABASE_URL", SecretStr(url))
        with pytest.raises(BackupError, match=f'ALTER ROLE "{role}" CREATEDB'):
            service.create_backup(open_archive())
    finally:
        place.execute(f"DROP ROLE {role}")
    assert place.stored() == []


def test_second_concurrent_backup_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "EXCLUSIVE_SECONDS", 1)
    with database.exclusive(), pytest.raises(BackupError, match="Another backup or restore"):
        service.create_backup(open_archive())


def test_lock_is_free_before_its_connection_ends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy server still has the connection of the first one while the second one begins."""
    monkeypatch.setattr(database, "EXCLUSIVE_SECONDS", 1)
    kept = database.connect("postgres", autocommit=True)
    monkeypatch.setattr(database, "connect", lambda *_, **__: nullcontext(kept))
    with database.exclusive():
        pass
    monkeypatch.undo()
    place.use(monkeypatch)
    with database.exclusive():
        assert not kept.closed
    kept.close()


def test_lock_of_a_killed_process_is_waited_for(place: Place) -> None:
    """Its server process ends a moment later."""
    key = [f"backups {database.database_name()}"]
    killed = database.connect("postgres", autocommit=True)
    killed.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
    timer = threading.Timer(1, killed.close)
    timer.start()
    with database.exclusive():
        assert killed.closed
    timer.join()


def test_unreachable_server_is_reported_without_the_password(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_settings, "DATABASE_URL", SecretStr("postgresql://app:the-password@127.0.0.1:1/app"))
    with pytest.raises(BackupError, match="'app' cannot be reached") as caught:
        service.create_backup(open_archive())
    assert "the-password" not in str(caught.value)


def test_database_without_schema_is_refused(place: Place) -> None:
    place.execute("DROP TABLE alembic_version")
    with pytest.raises(BackupError, match="no schema yet"):
        service.create_backup(open_archive())


@pytest.mark.parametrize("key", ["", "a" * 40, "AGE-SECRET-KEY-1ABC", "{good} AGE-SECRET-KEY-1ABC"])
def test_invalid_key_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(key.format(good=place.key)))
    with pytest.raises(BackupError, match="BACKUP_KEY is not an age identity"):
        open_archive()


def test_output_of_age_keygen_is_a_valid_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"# created: 2026-01-01T00:00:00Z\n# public key: age1abc\n{place.key}\n"
    monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(text))
    assert service.create_backup(open_archive())


def test_backup_url_has_no_default_outside_local(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BACKUP_URL", "")
    assert settings.backup_url.endswith("/.local/backups")
    monkeypatch.setattr(settings, "ENVIRONMENT", "production")
    with pytest.raises(BackupError, match="BACKUP_URL is not set"):
        open_archive()


def test_stop_during_database_creation_leaves_no_database(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    create = database._create

    def end_after(connection: psycopg.Connection, name: str) -> None:
        create(connection, name)
        raise SystemExit

    monkeypatch.setattr(database, "_create", end_after)
    with pytest.raises(SystemExit), database.temporary_database():
        pytest.fail("the database was created and the process did not stop")
    assert place.databases() == [place.database]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_stopped_process_leaves_no_backup(
    place: Place, replace_program: ReplaceProgram, programs: Path, number: signal.Signals
) -> None:
    replace_program("pg_restore", "exec sleep 60")
    process = place.start("create")
    deadline = time.monotonic() + 30
    while len(place.databases()) == 1:
        assert time.monotonic() < deadline, process.communicate()
        time.sleep(0.02)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert not [name for name in place.stored() if "manifest" in name]
    assert place.count("backups") == 0
    if number == signal.SIGTERM:
        assert (place.stored(), place.databases()) == ([], [place.database])
    (programs / "pg_restore").unlink()
    manifest = service.create_backup(open_archive())
    assert place.databases() == [place.database]
    assert open_archive().manifests() == [manifest]
