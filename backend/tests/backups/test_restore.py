"""A restore replaces the current data completely, or changes nothing."""

import asyncio
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from pydantic import SecretStr

from app.backups import database, service
from app.backups.archive import Archive, new_key, open_archive
from app.backups.config import settings
from app.backups.models import Manifest
from app.backups.programs import BackupError
from app.core.features import APP_DIR
from app.core.settings import settings as core_settings
from tests.backups.place import ROWS, Place
from tests.conftest import BACKEND_DIR

TABLES = ("users", "things", "user_sessions", "one_time_tokens")


def contents(place: Place) -> tuple[object, ...]:
    """Return everything that a restore could change."""
    rows = [place.execute(f"TABLE {table} ORDER BY 1") for table in TABLES]
    files = {path: path.read_bytes() for path in place.storage.rglob("*") if path.is_file()}
    return place.databases(), rows, files


@pytest.fixture
def manifest(place: Place) -> Manifest:
    """Create a backup in the directory, then change data."""
    manifest = service.create_backup(open_archive())
    place.add_things(5)
    (place.storage / "avatars" / "grace.webp").unlink()
    (place.storage / "avatars" / "new.webp").write_bytes(b"another picture")
    return manifest


def test_restore_brings_back_rows_and_files(place: Place, archive: Archive) -> None:
    before = place.execute("TABLE things ORDER BY id")
    manifest = service.create_backup(archive)
    place.execute("DELETE FROM users")
    (place.storage / "avatars" / "grace.webp").unlink()
    (place.storage / "avatars" / "new.webp").write_bytes(b"stored since")
    restored = service.restore_backup(archive, archive.load_manifest(manifest.name))
    assert place.execute("TABLE things ORDER BY id") == before
    assert {path.name: path.read_bytes() for path in (place.storage / "avatars").iterdir()} == {
        "grace.webp": b"the picture of Grace",
        "new.webp": b"stored since",
    }
    assert restored.lost.total_seconds() > 0
    assert restored.seconds > 0


def test_replaced_data_is_kept_until_dropped(place: Place, manifest: Manifest) -> None:
    restored = service.restore_backup(open_archive(), manifest)
    assert database.replaced_databases() == [restored.kept_database]
    assert place.databases() == [place.database, restored.kept_database]
    with database.connect(restored.kept_database) as connection:
        assert connection.execute("SELECT count(*) FROM things").fetchone() == (ROWS + 5,)
    database.drop(restored.kept_database)
    assert place.databases() == [place.database]


def test_restored_database_lists_all_stored_backups(place: Place, manifest: Manifest) -> None:
    second = service.create_backup(open_archive())
    service.restore_backup(open_archive(), manifest)
    assert place.execute("SELECT name FROM backups ORDER BY 1") == [(manifest.name,), (second.name,)]


def test_restore_closes_connections_to_the_old_data(place: Place, manifest: Manifest) -> None:
    with psycopg.connect(place.url, autocommit=True) as connected:
        connected.execute("SELECT 1")
        service.restore_backup(open_archive(), manifest)
        with pytest.raises(psycopg.OperationalError):
            connected.execute("SELECT 1")
    assert place.count("things") == ROWS


async def test_backup_of_an_older_release_is_migrated(place: Place) -> None:
    config = Config(BACKEND_DIR / "alembic.ini")
    await asyncio.to_thread(command.downgrade, config, "-1")
    [(older,)] = place.execute("SELECT version_num FROM alembic_version")
    archive = open_archive()
    archive.store_manifest(await asyncio.to_thread(service._store, archive, "20200101-000000-000"))
    await asyncio.to_thread(command.upgrade, config, "head")
    [(newer,)] = place.execute("SELECT version_num FROM alembic_version")
    manifest = archive.load_manifest("20200101-000000-000")
    assert manifest.revision == older != newer
    await asyncio.to_thread(service.restore_backup, archive, manifest)
    assert place.execute("SELECT version_num FROM alembic_version") == [(newer,)]
    assert place.count("things") == ROWS


async def test_backup_without_a_middle_migration_is_migrated(place: Place) -> None:
    place.execute("DROP TABLE backups")
    place.execute("DELETE FROM applied_migrations WHERE revision = '0011_backups'")
    archive = open_archive()
    archive.store_manifest(await asyncio.to_thread(service._store, archive, "20200101-000000-000"))
    manifest = archive.load_manifest("20200101-000000-000")
    await asyncio.to_thread(service.restore_backup, archive, manifest)
    assert place.execute("SELECT name FROM backups") == [(manifest.name,)]


def test_backup_of_a_newer_release_is_refused(place: Place, manifest: Manifest) -> None:
    before = contents(place)
    assert not (APP_DIR / "alembic" / "versions" / "9999_newer.py").exists()
    with pytest.raises(BackupError, match=r"does not know its schema 9999_newer\. Deploy"):
        service.restore_backup(open_archive(), manifest.model_copy(update={"revision": "9999_newer"}))
    assert contents(place) == before


def test_backup_of_a_newer_server_is_refused(place: Place, manifest: Manifest) -> None:
    with pytest.raises(BackupError, match="needs PostgreSQL 99 or newer"):
        service.restore_backup(open_archive(), manifest.model_copy(update={"postgresql": 99}))


def test_another_key_is_refused(place: Place, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(new_key()))
    archive = open_archive()
    assert archive.manifests() == []
    for name, message in ((manifest.name, "its key is not in BACKUP_KEY"), ("latest", "no backup that BACKUP_KEY")):
        with pytest.raises(BackupError, match=message):
            service.find_backup(archive, name)


def test_backup_with_an_older_key_can_be_restored(
    place: Place, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = new_key()
    monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(f"{newer}\n{place.key}\n"))
    service.restore_backup(open_archive(), open_archive().load_manifest(manifest.name))
    second = service.create_backup(open_archive())
    assert open_archive().manifests() == [manifest, second]

    monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(newer))
    assert open_archive().manifests() == [second]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_backup(path: Path) -> None:
    """Return a genuine file of another backup."""
    other = service.create_backup(open_archive())
    shutil.copy(path.with_name(path.name.replace(path.name.partition(".")[0], other.name)), path)


DAMAGES = [flip, cut, empty, Path.unlink, of_another_backup]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["database", "uploads"])
def test_damaged_file_changes_nothing(place: Place, manifest: Manifest, kind: str, damage: object) -> None:
    damage(place.backups / f"{manifest.name}.{kind}.age")  # type: ignore[operator]
    before = contents(place)
    for use in (service.verify_backup, service.restore_backup):
        with pytest.raises(BackupError, match=rf"{manifest.name}\.{kind}\.age (is damaged|cannot be|has changed)"):
            use(open_archive(), manifest)
    assert contents(place) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_manifest_is_refused(place: Place, manifest: Manifest, damage: object) -> None:
    damage(place.backups / f"{manifest.name}.manifest.age")  # type: ignore[operator]
    archive = open_archive()
    with pytest.raises(BackupError):
        service.find_backup(archive, manifest.name)
    assert manifest.name not in [each.name for each in archive.manifests()]


def test_backup_with_different_rows_changes_nothing(place: Place, manifest: Manifest) -> None:
    before = contents(place)
    things = manifest.tables["public.things"].model_copy(update={"rows": ROWS + 1})
    wrong = manifest.model_copy(update={"tables": {**manifest.tables, "public.things": things}})
    with pytest.raises(BackupError, match=r"in these tables: public\.things"):
        service.restore_backup(open_archive(), wrong)
    assert contents(place) == before


def test_failing_migration_changes_nothing(place: Place, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(place)
    monkeypatch.setenv("POSTGRES_PORT", "invalid")
    with pytest.raises(BackupError, match="could not be migrated"):
        service.restore_backup(open_archive(), manifest)
    assert contents(place) == before


def test_failing_uploads_change_nothing_in_the_database(place: Place, manifest: Manifest) -> None:
    (place.storage / "avatars" / "grace.webp" / "not empty").mkdir(parents=True)
    before = contents(place)
    with pytest.raises(BackupError, match="tar failed"):
        service.restore_backup(open_archive(), manifest)
    assert contents(place) == before


def test_stored_backup_can_be_verified(place: Place, archive: Archive) -> None:
    manifest = service.create_backup(archive)
    place.execute("DELETE FROM things")
    service.verify_backup(archive, manifest)
    assert place.databases() == [place.database]
    assert place.count("things") == 0


def test_unknown_name_is_refused(place: Place) -> None:
    with pytest.raises(BackupError, match=r"no backup 'monday'\. To list the names"):
        service.find_backup(open_archive(), "monday")


def test_command_lines_contain_no_password() -> None:
    password = "test"
    for program in (database.dump("1"), database.restore("app")):
        assert program.env["PGPASSWORD"] == password
        assert f":{password}@" not in " ".join(program.command)


def test_api_role_can_use_restored_tables(place: Place, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a server that does not have the role yet."""
    server = urlsplit(place.url)
    monkeypatch.setattr(core_settings, "DATABASE_URL", SecretStr(""))
    monkeypatch.setattr(core_settings, "POSTGRES_SERVER", server.hostname)
    monkeypatch.setattr(core_settings, "POSTGRES_PORT", server.port)
    monkeypatch.setattr(core_settings, "POSTGRES_DB", place.database)
    monkeypatch.setattr(core_settings, "POSTGRES_USER", unquote(server.username or ""))
    monkeypatch.setattr(core_settings, "POSTGRES_PASSWORD", SecretStr(unquote(server.password or "")))
    monkeypatch.setattr(core_settings, "POSTGRES_API_USER", f"{place.database}_api")
    kept = service.restore_backup(open_archive(), manifest).kept_database
    monkeypatch.setattr(core_settings, "POSTGRES_PASSWORD", SecretStr(""))
    with psycopg.connect(core_settings.database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("UPDATE users SET full_name = 'Grace'").rowcount > 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE users")
    for statement in (f'DROP OWNED BY "{place.database}_api"', f'DROP ROLE "{place.database}_api"'):
        place.execute(statement)
    assert kept in place.databases()
