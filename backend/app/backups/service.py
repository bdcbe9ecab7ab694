"""Use cases: create a backup, verify one, restore one, and delete expired ones."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.backups import crud, database
from app.backups.archive import DATABASE, MANIFEST, UPLOADS, Archive
from app.backups.config import settings
from app.backups.models import Manifest, StoredFile
from app.backups.programs import BackupError, Program, check_version, input_of, output_of
from app.core.clock import utc_now
from app.core.features import modules
from app.core.migrations.applied import REVISIONS
from app.core.runtime.api_role import ApiRoleError, prepare_api_role
from app.core.settings import BACKEND_DIR
from app.core.settings import settings as core_settings

logger = structlog.get_logger(__name__)

UNFINISHED_AFTER = timedelta(days=1)
MIGRATION_SECONDS = 600


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    kept_database: str
    """Name of the database that holds the previous data."""
    lost: timedelta
    """Time between the restored data and the start of the restore."""
    seconds: float


def create_backup(archive: Archive) -> Manifest:
    """Create a backup and verify it by restoring it. Raises `BackupError`, and leaves no files behind then."""
    check_version(database.server_version())
    with database.exclusive():
        name = f"{utc_now():%Y%m%d-%H%M%S-%f}"[:-3]
        try:
            manifest = _store(archive, name)
            archive.store_manifest(manifest)
        except BaseException:
            with suppress(BackupError):
                archive.delete(name)
            raise
        _prune(archive)
    return manifest


def find_backup(archive: Archive, name: str) -> Manifest:
    """Find a backup by name, or the `latest`. Raises `BackupError` if there is none or its key is unknown."""
    if name != "latest":
        return archive.load_manifest(name)
    manifests = archive.manifests()
    if not manifests:
        raise BackupError("There is no backup that BACKUP_KEY can read. Create one: ./scripts/backups create")
    return manifests[-1]


def verify_backup(archive: Archive, manifest: Manifest) -> None:
    """Restore a backup into a temporary database and compare. Raises `BackupError` if anything differs."""
    _check_server(manifest)
    with database.exclusive():
        _verify(archive, manifest)


def restore_backup(archive: Archive, manifest: Manifest) -> Restored:
    """Replace the current data with a backup's. The current data is kept in a database with another name.

    Raises `BackupError`, in which case nothing has changed.
    """
    started, lost = time.monotonic(), utc_now() - manifest.created_at
    if manifest.revision > REVISIONS[-1]:
        raise BackupError(
            f"{manifest.name} was created by a newer release: this one does not know its schema {manifest.revision}. "
            "Deploy that release or a newer one, then restore."
        )
    _check_server(manifest)
    with database.exclusive(), database.temporary_database() as fresh:
        _load_database(archive, manifest, fresh)
        _check_uploads(archive, manifest)
        _migrate(fresh)
        _grant_to_api_role(fresh)
        asyncio.run(_end_all_access(fresh, archive.manifests()))
        _load_uploads(archive, manifest)
        kept = database.swap(fresh)
    return Restored(manifest, kept, lost, time.monotonic() - started)


def prune_backups(archive: Archive) -> list[Manifest]:
    """Delete expired and unfinished backups. Returns the remaining ones."""
    with database.exclusive():
        return _prune(archive)


def _prune(archive: Archive) -> list[Manifest]:
    manifests = archive.manifests()
    kept = to_keep([manifest.created_at for manifest in manifests])
    for manifest in manifests:
        if manifest.created_at not in kept:
            archive.delete(manifest.name)
            logger.info("backup_deleted", name=manifest.name)
    long_ago = utc_now() - UNFINISHED_AFTER
    archive.delete_parts(long_ago)
    for name, files in archive.files().items():
        if f"{name}.{MANIFEST}" not in files and max(files.values()) < long_ago:
            archive.delete(name)
            logger.info("unfinished_backup_deleted", name=name)
    remaining = [manifest for manifest in manifests if manifest.created_at in kept]
    asyncio.run(_record(remaining))
    return remaining


def to_keep(moments: Sequence[datetime]) -> set[datetime]:
    """Return the backups to keep, by their times: all within 24 hours of the newest, and the newest per period.

    Periods without a backup do not count towards BACKUP_KEEP_DAILY, _WEEKLY and _MONTHLY.
    """
    if not moments:
        return set()
    newest_first = sorted(moments, reverse=True)
    kept = {moment for moment in moments if moment > newest_first[0] - timedelta(days=1)}
    for period, count in (
        ("%Y-%m-%d", settings.BACKUP_KEEP_DAILY),
        ("%G-%V", settings.BACKUP_KEEP_WEEKLY),
        ("%Y-%m", settings.BACKUP_KEEP_MONTHLY),
    ):
        newest = {moment.strftime(period): moment for moment in reversed(newest_first)}
        kept |= set(sorted(newest.values(), reverse=True)[:count])
    return kept


def _store(archive: Archive, name: str) -> Manifest:
    started = time.monotonic()
    with database.snapshot() as snapshot:
        tables = database.state(snapshot.connection)
        logger.info("backup_started", name=name, tables=len(tables), rows=sum(table.rows for table in tables.values()))
        files = {DATABASE: _store_output(archive, f"{name}.{DATABASE}", database.dump(snapshot.id))}
    if uploads := _uploads():
        program = Program(["tar", "--create", f"--directory={uploads}", "."], success=(0, 1))  # 1: a file changed
        files[UPLOADS] = _store_output(archive, f"{name}.{UPLOADS}", program)
    manifest = Manifest(
        name=name,
        created_at=snapshot.moment,
        verified_at=utc_now(),
        seconds=0,
        revision=snapshot.revision,
        postgresql=database.server_version(),
        tables=tables,
        files=files,
    )
    logger.info("backup_verification_started", name=name, bytes=manifest.size)
    _verify(archive, manifest)
    return manifest.model_copy(update={"verified_at": utc_now(), "seconds": round(time.monotonic() - started, 1)})


def _store_output(archive: Archive, path: str, program: Program) -> StoredFile:
    with archive.writing(path) as target, output_of(program) as source:
        archive.encrypt(source, target)
    return target.stored_file()


def _check_server(manifest: Manifest) -> None:
    version = database.server_version()
    if version < manifest.postgresql:
        raise BackupError(f"{manifest.name} needs PostgreSQL {manifest.postgresql} or newer; the server is {version}.")
    check_version(version)


def _verify(archive: Archive, manifest: Manifest) -> None:
    with database.temporary_database() as scratch:
        _load_database(archive, manifest, scratch)
    _check_uploads(archive, manifest)


def _load_database(archive: Archive, manifest: Manifest, name: str) -> None:
    with input_of(database.restore(name)) as target:
        archive.load(f"{manifest.name}.{DATABASE}", target, manifest.files[DATABASE])
    found = database.state_of(name)
    if found != manifest.tables:
        different = [table for table in found | manifest.tables if found.get(table) != manifest.tables.get(table)]
        raise BackupError(f"The restored database differs from the original in these tables: {', '.join(different)}")


def _check_uploads(archive: Archive, manifest: Manifest) -> None:
    _pipe_uploads(archive, manifest, Program(["tar", "--list"]))


def _load_uploads(archive: Archive, manifest: Manifest) -> None:
    """Extract the uploaded files. Newer files stay, but no row of the restored database refers to them."""
    if uploads := _uploads():
        _pipe_uploads(archive, manifest, Program(["tar", "--extract", "--no-same-owner", f"--directory={uploads}"]))


def _pipe_uploads(archive: Archive, manifest: Manifest, program: Program) -> None:
    if stored := manifest.files.get(UPLOADS):
        with input_of(program) as target:
            archive.load(f"{manifest.name}.{UPLOADS}", target, stored)


def _uploads() -> Path | None:
    """Return the directory of uploaded files, or None for a bucket, which has its own versioning and is not copied."""
    url = urlsplit(core_settings.storage_url)
    folder = Path(unquote(url.path))
    return folder if url.scheme == "file" and folder.is_dir() else None


def _migrate(name: str) -> None:
    env = {**os.environ, "DATABASE_URL": database.database_url(name).replace("+psycopg", "", 1)}
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    done = subprocess.run(
        command, cwd=BACKEND_DIR, env=env, capture_output=True, text=True, timeout=MIGRATION_SECONDS, check=False
    )
    if done.returncode != 0:
        raise BackupError(f"The restored database could not be migrated:\n{done.stderr[-2000:]}")


def _grant_to_api_role(name: str) -> None:
    if core_settings.has_api_role:
        try:
            prepare_api_role(database.database_url(name))
        except ApiRoleError as error:
            raise BackupError(str(error)) from None


async def _record(manifests: Sequence[Manifest]) -> None:
    async with _transaction(database.database_name()) as session:
        await crud.replace_backups(session=session, manifests=manifests)


async def _end_all_access(name: str, manifests: Sequence[Manifest]) -> None:
    """End all sessions, since sessions that ended and links that were used after the backup would be valid again."""
    list(modules("listeners"))  # of the features that end access of their own
    async with _transaction(name) as session:
        await crud.replace_backups(session=session, manifests=manifests)
        await auth_crud.end_all_access(session=session)


@asynccontextmanager
async def _transaction(name: str) -> AsyncIterator[AsyncSession]:
    engine = create_async_engine(database.database_url(name), poolclass=NullPool)
    async with AsyncSession(engine) as session:
        yield session
        await session.commit()
    await engine.dispose()
