"""A primary with the application's tables and a streaming replica: two real PostgreSQL servers."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.local.environment import system_environment
from scripts.local.postgres import Postgres, start_postgres
from scripts.local.postgres_binaries import find_binaries, find_identity
from scripts.local.temporary import own_folder
from tests import conftest

_SETTINGS = {
    "wal_level": "replica",
    "max_wal_senders": "4",
    "wal_keep_size": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_retrieve_retry_interval": "100ms",
    "max_standby_streaming_delay": "0",
}


@dataclass
class Pair:
    primary: Postgres
    replica: Postgres

    def on_primary(self, statement: str) -> Any:
        return _execute(self.primary.url("app"), statement)

    def on_replica(self, statement: str) -> Any:
        return _execute(self.replica.url("app"), statement)

    def catch_up(self) -> None:
        """Wait until the replica has everything."""
        position = self.on_primary("SELECT pg_current_wal_flush_lsn()::text")
        deadline = time.monotonic() + 10
        while not self.on_replica(f"SELECT coalesce(pg_last_wal_replay_lsn() >= '{position}', false)"):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The replica receives changes in the block, but does not replay them."""
        self.catch_up()
        self.on_replica("SELECT pg_wal_replay_pause()")
        while self.on_replica("SELECT pg_get_wal_replay_pause_state()") != "paused":
            time.sleep(0.01)
        try:
            yield
        finally:
            self.on_replica("SELECT pg_wal_replay_resume()")

    def restart_replica(self) -> None:
        self.replica.stop()
        self.replica = _start(self.replica.data_dir, port=self.replica.port)


@pytest.fixture(scope="session")
def pair() -> Iterator[Pair]:
    with running_pair() as pair:
        yield pair


@contextmanager
def running_pair() -> Iterator[Pair]:
    folder = Path(own_folder("replica"))
    folder.chmod(0o711)  # as root, the servers run as another user
    pair: Pair | None = None
    primary = _start(folder / "primary")
    try:
        primary.ensure_database("app")
        environment = {**os.environ, "DATABASE_URL": primary.url("app")}
        command = [sys.executable, "-m", "alembic", "upgrade", "head"]
        subprocess.run(command, cwd=conftest.BACKEND_DIR, env=environment, check=True)
        _execute(primary.url("app"), "CREATE ROLE api LOGIN PASSWORD 'test'; GRANT pg_read_all_data TO api")
        _copy(primary, folder / "replica")
        pair = Pair(primary, _start(folder / "replica"))
        pair.catch_up()
        yield pair
    finally:
        if pair is not None:
            pair.replica.stop()
        primary.stop()
        shutil.rmtree(folder, ignore_errors=True)


def as_api(url: str) -> str:
    """Return the URL for a role that can only read rows, as the API's role cannot do more on a replica."""
    return url.replace("//app:", "//api:")


def _start(data_dir: Path, port: int = 0) -> Postgres:
    return start_postgres(data_dir, password="test", port=port, settings=_SETTINGS)


def _copy(primary: Postgres, data_dir: Path) -> None:
    binaries = find_binaries()
    identity = find_identity(binaries)
    if identity.owner is not None:
        data_dir.mkdir(mode=0o700)
        os.chown(data_dir, identity.owner, -1)
    url = primary.url("app")
    options = ["--pgdata", str(data_dir), "--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--dbname", url]
    command = [*identity.prefix, binaries.command("pg_basebackup"), *options]
    subprocess.run(command, env=system_environment(), user=identity.uid, cwd="/", check=True)


def _execute(url: str, statement: str) -> Any:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None
