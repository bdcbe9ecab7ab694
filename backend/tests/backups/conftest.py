"""A database, uploaded files and a folder for backups for each test, with PostgreSQL's real programs.

The fixtures import the application, because pytest loads this file before `tests/conftest.py` sets the environment.
"""

import asyncio
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.local.postgres_binaries import find_binaries
from tests import conftest
from tests.core.bucket import Bucket

if TYPE_CHECKING:
    from app.backups.archive import Archive
    from tests.backups.place import Place


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes before PostgreSQL's own on PATH, for replaced programs."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{find_binaries().folder}:{os.environ['PATH']}")
    return folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Place"]:
    """The places of the settings, with a few rows in the database and a file in the storage."""
    from tests.backups.place import Place

    place = Place(database=f"backups_{uuid.uuid4().hex[:12]}", folder=tmp_path)
    conftest.copy_template(place.database)
    place.use(monkeypatch)
    place.fill()
    yield place
    for name in place.databases():
        conftest.drop_database(name)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """Serve the bucket from a thread, because backups are synchronous."""
    bucket, started = Bucket(), threading.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncio.start_server(bucket.serve, "127.0.0.1", 0)
        bucket.url = f"s3://backups/ours?endpoint=http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        async with server:
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    started.wait(5)
    yield bucket
    loop.call_soon_threadsafe(stop.set)
    thread.join(5)
    loop.close()


@pytest.fixture(params=["directory", "bucket"])
def archive(request: pytest.FixtureRequest, place: "Place", monkeypatch: pytest.MonkeyPatch) -> "Archive":
    """The archive of `place`, in a directory and in a bucket."""
    from app.backups.archive import open_archive
    from app.backups.config import settings

    if request.param == "bucket":
        monkeypatch.setattr(settings, "BACKUP_URL", request.getfixturevalue("bucket").url)
        monkeypatch.setattr(settings, "BACKUP_ACCESS_KEY_ID", "the-key-id")
    return open_archive()


@pytest.fixture
def replace_program(programs: Path) -> Callable[[str, str], None]:
    """Replace one of PostgreSQL's programs by a shell script. `$real` is the path of the real program."""

    def replace(name: str, script: str) -> None:
        path = programs / name
        real = find_binaries().folder / name
        path.write_text(f'#!/bin/sh\nreal={real}\n[ "$1" = --version ] && exec "$real" "$@"\n{script}\n')
        path.chmod(0o755)

    return replace
