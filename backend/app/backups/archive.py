"""Storage of backups. Each backup consists of a few files with its name, encrypted in the age format.

They are encrypted for the first age identity in `BACKUP_KEY`; `age --decrypt --identity KEYFILE NAME.database.age`
reads them without this program. The public key is not stored, so access to the storage is not enough to forge a backup.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import obstore
import pyrage
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store
from pyrage.x25519 import Identity

from app.backups.config import settings
from app.backups.models import Manifest, StoredFile
from app.backups.programs import BackupError
from app.core.storage import open_store

logger = structlog.get_logger(__name__)

DATABASE, UPLOADS, MANIFEST = "database.age", "uploads.age", "manifest.age"

# S3 allows 10,000 parts, so a file can have 320 GB. The concurrent parts are held in memory.
PART_BYTES = 32 * 1024 * 1024
CONCURRENT_PARTS = 2
REQUEST_SECONDS = 300


class CountedFile:
    """Wrapper of a file that counts and hashes its data, and keeps an original error that the age library hides."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._error: BaseException | None = None
        self.size = 0
        self.sha256 = hashlib.sha256()

    def read(self, size: int) -> bytes:
        return self._count(lambda: bytes(self._file.read(size)))

    def write(self, data: bytes) -> int:
        return len(self._count(lambda: (self._file.write(data), data)[1]))

    def flush(self) -> None:
        """Do nothing: parts are sent when they are full."""

    def stored_file(self) -> StoredFile:
        return StoredFile(size=self.size, sha256=self.sha256.hexdigest())

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _count(self, transfer: Callable[[], bytes]) -> bytes:
        self.raise_error()  # the library tries again when it ends
        try:
            data = transfer()
        except BaseException as error:  # also the exit by SIGTERM
            self._error = error
            raise
        self.size += len(data)
        self.sha256.update(data)
        return data


class Archive:
    """The stored backups. All methods raise `BackupError` if the storage fails or a file is damaged.

    The first key encrypts new files; the others decrypt older ones.
    """

    def __init__(self, store: LocalStore | S3Store, keys: list[Identity]) -> None:
        self._store, self._keys = store, keys

    @contextmanager
    def writing(self, path: str) -> Iterator[CountedFile]:
        """Write a file. It appears in the storage only if the block raises no error."""
        with (
            _storage_errors(f"{path} could not be stored. Check the free space and the permissions of BACKUP_URL"),
            obstore.open_writer(self._store, path, buffer_size=PART_BYTES, max_concurrency=CONCURRENT_PARTS) as file,
        ):
            yield CountedFile(file)

    def encrypt(self, source: IO[bytes], target: CountedFile) -> None:
        pyrage.encrypt_io(source, target, [self._keys[0].to_public()])
        target.raise_error()  # the library ignores an error in the last block

    def load(self, path: str, target: IO[bytes], expected: StoredFile | None = None) -> None:
        """Decrypt a file into the target. After an error the target is incomplete."""
        with _storage_errors(f"{path} cannot be read"):
            source, counted = CountedFile(obstore.open_reader(self._store, path)), CountedFile(target)
            try:
                pyrage.decrypt_io(source, counted, self._keys)
                counted.raise_error()  # the library ignores an error in the last block
            except BrokenPipeError:
                raise
            except (pyrage.DecryptError, OSError) as error:
                counted.raise_error()
                source.raise_error()
                raise BackupError(f"{path} is damaged, or its key is not in BACKUP_KEY ({error}).") from None
            if expected is not None and source.sha256.hexdigest() != expected.sha256:
                raise BackupError(f"{path} has changed since it was created and verified.")

    def store_manifest(self, manifest: Manifest) -> None:
        with self.writing(f"{manifest.name}.{MANIFEST}") as target:
            self.encrypt(BytesIO(manifest.model_dump_json().encode()), target)

    def load_manifest(self, name: str) -> Manifest:
        """Return the manifest of a backup. Raises `BackupError` if it does not exist or has an unknown key."""
        path, content = f"{name}.{MANIFEST}", BytesIO()
        if path not in self.files().get(name, {}):
            raise BackupError(f"There is no backup {name!r}. To list the names: ./scripts/backups list")
        self.load(path, content)
        manifest = Manifest.model_validate_json(content.getvalue())
        if manifest.name != name:
            raise BackupError(f"{path} belongs to the backup {manifest.name}.")
        return manifest

    def manifests(self) -> list[Manifest]:
        """Return the manifests of all backups, oldest first, without those that no key in BACKUP_KEY can read."""
        found = []
        for name, files in sorted(self.files().items()):
            if f"{name}.{MANIFEST}" in files:
                try:
                    found.append(self.load_manifest(name))
                except BackupError as error:
                    logger.warning("backup_unreadable", name=name, error=str(error))
        return found

    def files(self) -> dict[str, dict[str, datetime]]:
        """Return the files of each backup by its name, each with the time at which it was stored."""
        found: dict[str, dict[str, datetime]] = defaultdict(dict)
        with _storage_errors("The backups cannot be listed"):
            for batch in obstore.list(self._store):
                for file in batch:
                    name, _, kind = file["path"].partition(".")
                    if kind in (DATABASE, UPLOADS, MANIFEST):
                        found[name][file["path"]] = file["last_modified"]
        return found

    def delete_parts(self, before: datetime) -> None:
        """Delete partial files of killed processes in a directory. Buckets need a lifecycle rule: see backups.md."""
        if isinstance(self._store, LocalStore) and self._store.prefix:
            for part in Path(self._store.prefix).glob("*.age#*"):
                if part.stat().st_mtime < before.timestamp():
                    part.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        """Delete a backup, starting with the manifest, so that a partially deleted backup is no longer listed."""
        with _storage_errors(f"{name} cannot be deleted"):
            for kind in (MANIFEST, DATABASE, UPLOADS):
                with suppress(FileNotFoundError):
                    obstore.delete(self._store, f"{name}.{kind}")


def open_archive() -> Archive:
    """Open the archive of the settings. Raises `BackupError` if its URL or its key is missing."""
    if not settings.backup_url:
        raise BackupError("BACKUP_URL is not set. Set it to the directory or bucket for backups.")
    keys = settings.BACKUP_ACCESS_KEY_ID, settings.BACKUP_SECRET_ACCESS_KEY.get_secret_value()
    with _storage_errors(f"BACKUP_URL={settings.backup_url} cannot be opened"):
        store = open_store(settings.backup_url, keys, request_seconds=REQUEST_SECONDS)
    return Archive(store, _keys())


def new_key() -> str:
    return str(Identity.generate())


def _keys() -> list[Identity]:
    words = settings.BACKUP_KEY.get_secret_value().split()
    try:
        keys = [Identity.from_str(word) for word in words if word.startswith("AGE-SECRET-KEY-")]
    except pyrage.IdentityError:
        keys = []
    if not keys:
        raise BackupError(
            "BACKUP_KEY is not an age identity (AGE-SECRET-KEY-1...). To print a new one: ./scripts/backups key"
        )
    return keys


@contextmanager
def _storage_errors(problem: str) -> Iterator[None]:
    """Turn errors of the storage into `BackupError`s that start with the problem."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (BaseError, OSError, ValueError, pyrage.EncryptError) as error:
        raise BackupError(f"{problem}: {error}") from error
