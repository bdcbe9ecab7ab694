"""The storage of backups: for each one a few files with its name, encrypted in the format of age.

They are encrypted for the first age identity in `BACKUP_KEY`, and `age --decrypt --identity KEYFILE NAME.database.age`
reads them without this program. Its public half is kept nowhere, so who has the storage alone can forge nothing either.
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

# S3 takes 10,000 parts, so a file can have 320 GB; two of them at once are in memory.
PART_BYTES = 32 * 1024 * 1024
PARTS_AT_ONCE = 2
REQUEST_SECONDS = 300


class CountedFile:
    """A file that counts and hashes what passes, and remembers its error, which the library turns into another."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._error: Exception | None = None
        self.size = 0
        self.sha256 = hashlib.sha256()

    def read(self, size: int) -> bytes:
        return self._count(lambda: bytes(self._file.read(size)))

    def write(self, data: bytes) -> int:
        return len(self._count(lambda: (self._file.write(data), data)[1]))

    def flush(self) -> None:
        """Parts are sent when they are full."""

    def stored_file(self) -> StoredFile:
        return StoredFile(size=self.size, sha256=self.sha256.hexdigest())

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _count(self, pass_on: Callable[[], bytes]) -> bytes:
        try:
            data = pass_on()
        except Exception as error:
            self._error = error
            raise
        self.size += len(data)
        self.sha256.update(data)
        return data


class Archive:
    """All of it raises `BackupError` when the storage fails or a file is not what was written.

    The first key is that of new files; the others are those of older ones.
    """

    def __init__(self, store: LocalStore | S3Store, keys: list[Identity]) -> None:
        self._store, self._keys = store, keys

    @contextmanager
    def writing(self, path: str) -> Iterator[CountedFile]:
        """The file appears when the block has ended well."""
        with (
            _named(f"{path} could not be stored. Is there space left, and may BACKUP_URL be written?"),
            obstore.open_writer(self._store, path, buffer_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE) as file,
        ):
            yield CountedFile(file)

    def encrypt(self, source: IO[bytes], target: CountedFile) -> None:
        pyrage.encrypt_io(source, target, [self._keys[0].to_public()])
        target.raise_error()  # the library does not pass on the one of the last block

    def load(self, path: str, target: IO[bytes], expected: StoredFile | None = None) -> None:
        """Decrypts a file into the target. What could not be verified has not all been written there."""
        with _named(f"{path} cannot be read"):
            source = CountedFile(obstore.open_reader(self._store, path))
            try:
                pyrage.decrypt_io(source, target, self._keys)
            except BrokenPipeError:
                raise
            except (pyrage.DecryptError, OSError) as error:
                source.raise_error()
                raise BackupError(
                    f"{path} was encrypted for a key that is not in BACKUP_KEY, or it is damaged ({error})."
                ) from None
            if expected is not None and source.sha256.hexdigest() != expected.sha256:
                raise BackupError(f"{path} is not the file that was verified when it was made.")

    def store_manifest(self, manifest: Manifest) -> None:
        with self.writing(f"{manifest.name}.{MANIFEST}") as target:
            self.encrypt(BytesIO(manifest.model_dump_json().encode()), target)

    def load_manifest(self, name: str) -> Manifest:
        """Raises `BackupError` for one that does not exist, or was made with another key."""
        path, content = f"{name}.{MANIFEST}", BytesIO()
        if path not in self.files().get(name, {}):
            raise BackupError(f"There is no backup {name!r}. The names are shown by: ./scripts/backup list")
        self.load(path, content)
        manifest = Manifest.model_validate_json(content.getvalue())
        if manifest.name != name:
            raise BackupError(f"{path} belongs to the backup {manifest.name}.")
        return manifest

    def manifests(self) -> list[Manifest]:
        """Of the backups that count, oldest first. Those that were made with another key are left out."""
        found = []
        for name, files in sorted(self.files().items()):
            if f"{name}.{MANIFEST}" in files:
                try:
                    found.append(self.load_manifest(name))
                except BackupError as error:
                    logger.warning("backup_not_readable", name=name, error=str(error))
        return found

    def files(self) -> dict[str, dict[str, datetime]]:
        """For each name its files, and when each was stored."""
        found: dict[str, dict[str, datetime]] = defaultdict(dict)
        with _named("The backups cannot be listed"):
            for batch in obstore.list(self._store):
                for file in batch:
                    name, _, kind = file["path"].partition(".")
                    if kind in (DATABASE, UPLOADS, MANIFEST):
                        found[name][file["path"]] = file["last_modified"]
        return found

    def delete_parts(self, before: datetime) -> None:
        """What killed processes have left of files in a directory. A bucket has a rule for that (deployment.md)."""
        if isinstance(self._store, LocalStore) and self._store.prefix:
            for part in Path(self._store.prefix).glob("*.age#*"):
                if part.stat().st_mtime < before.timestamp():
                    part.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        """The manifest first: what is half deleted does not count any more."""
        with _named(f"{name} cannot be deleted"):
            for kind in (MANIFEST, DATABASE, UPLOADS):
                with suppress(FileNotFoundError):
                    obstore.delete(self._store, f"{name}.{kind}")


def open_archive() -> Archive:
    """Raises `BackupError` when the settings do not say where the backups are, or have no key."""
    if not settings.backup_url:
        raise BackupError("BACKUP_URL is not set: it says where backups are, a directory or a bucket.")
    keys = settings.BACKUP_ACCESS_KEY_ID, settings.BACKUP_SECRET_ACCESS_KEY.get_secret_value()
    with _named(f"BACKUP_URL={settings.backup_url} cannot be opened"):
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
            "BACKUP_KEY is not an age identity (AGE-SECRET-KEY-1...). To print a new one: ./scripts/backup key"
        )
    return keys


@contextmanager
def _named(problem: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except (BaseError, OSError, ValueError, pyrage.EncryptError) as error:
        raise BackupError(f"{problem}: {error}") from error
