"""Use cases: make a backup, check one, restore one, remove those that are not kept any more."""

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
from app.core.database.api_role import ApiRoleError, prepare_api_role
from app.core.migrations.applied import REVISIONS
from app.core.settings import BACKEND_DIR
from app.core.settings import settings as core_settings

logger = structlog.get_logger(__name__)

UNFINISHED_AFTER = timedelta(days=1)
MIGRATION_SECONDS = 600


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    kept_database: str
    """What the database before the restore is called now."""
    lost: timedelta
    """Between the data that were restored and the start of the restore."""
    seconds: float


def create_backup(archive: Archive) -> Manifest:
    """A backup that was restored and found equal. Raises `BackupError`; then none of its files is left."""
    check_version(database.server_version())
    with database.alone():
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
    """By its name, or the `latest`. Raises `BackupError` when there is none, or it was made with another key."""
    if name != "latest":
        return archive.load_manifest(name)
    manifests = archive.manifests()
    if not manifests:
        raise BackupError("There is no backup that BACKUP_KEY can read.")
    return manifests[-1]


def verify_backup(archive: Archive, manifest: Manifest) -> None:
    """Restores a backup into a database that is dropped again. Raises `BackupError` when something is not as it was."""
    _check_server(manifest)
    with database.alone():
        _verify(archive, manifest)


def restore_backup(archive: Archive, manifest: Manifest) -> Restored:
    """Puts the data of a backup in the place of today's, which are kept under another name.

    Raises `BackupError`, and then nothing has changed.
    """
    started, lost = time.monotonic(), utc_now() - manifest.created_at
    if manifest.revision > REVISIONS[-1]:
        raise BackupError(
            f"{manifest.name} was made by another release: this one does not know its schema {manifest.revision}. "
            "Deploy that release or a newer one, then restore."
        )
    _check_server(manifest)
    with database.alone(), database.temporary_database() as fresh:
        _load_database(archive, manifest, fresh)
        _check_uploads(archive, manifest)
        _migrate(fresh)
        _grant_rows(fresh)
        asyncio.run(_make_safe(fresh, archive.manifests()))
        _load_uploads(archive, manifest)
        kept = database.swap(fresh)
    return Restored(manifest, kept, lost, time.monotonic() - started)


def prune_backups(archive: Archive) -> list[Manifest]:
    """Deletes what is not to be kept, and what was never finished. Returns the backups that are left."""
    with database.alone():
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
    left = [manifest for manifest in manifests if manifest.created_at in kept]
    asyncio.run(_record(left))
    return left


def to_keep(moments: Sequence[datetime]) -> set[datetime]:
    """The newest, all of its last 24 hours, and the newest of each of the last days, weeks and months that have one."""
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
        logger.info("backup_dumps", name=name, tables=len(tables), rows=sum(each.rows for each in tables.values()))
        files = {DATABASE: _store_output(archive, f"{name}.{DATABASE}", database.dump(snapshot.id))}
    if uploads := _uploads():
        program = Program(["tar", "--create", f"--directory={uploads}", "."], good=(0, 1))  # 1: changed meanwhile
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
    logger.info("backup_is_restored_for_comparison", name=name, bytes=manifest.size)
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
        raise BackupError(f"The restored database is not as it was. Different: {', '.join(different)}")


def _check_uploads(archive: Archive, manifest: Manifest) -> None:
    _pass_uploads(archive, manifest, Program(["tar", "--list"]))


def _load_uploads(archive: Archive, manifest: Manifest) -> None:
    """Files that were stored since stay: no row of the restored database names them."""
    if uploads := _uploads():
        _pass_uploads(archive, manifest, Program(["tar", "--extract", "--no-same-owner", f"--directory={uploads}"]))


def _pass_uploads(archive: Archive, manifest: Manifest, program: Program) -> None:
    if stored := manifest.files.get(UPLOADS):
        with input_of(program) as target:
            archive.load(f"{manifest.name}.{UPLOADS}", target, stored)


def _uploads() -> Path | None:
    """The directory of uploaded files. A bucket keeps its own versions, and is not copied."""
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


def _grant_rows(name: str) -> None:
    if core_settings.has_api_role:
        try:
            prepare_api_role(database.database_url(name))
        except ApiRoleError as error:
            raise BackupError(str(error)) from None


async def _record(manifests: Sequence[Manifest]) -> None:
    async with _transaction(database.database_name()) as session:
        await crud.replace_backups(session=session, manifests=manifests)


async def _make_safe(name: str, manifests: Sequence[Manifest]) -> None:
    """What has ended or was used since the backup would be good again, so everybody has to sign in."""
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
