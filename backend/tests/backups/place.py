"""The places of a test's data and backups."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from app.backups.archive import new_key
from app.backups.config import settings
from app.core.settings import settings as core_settings
from tests.conftest import BACKEND_DIR

ROWS = 50


@dataclass
class Place:
    database: str
    folder: Path
    key: str = field(default_factory=new_key)

    @property
    def url(self) -> str:
        return f"{os.environ['TEST_POSTGRES_URL']}/{self.database}"

    @property
    def backups(self) -> Path:
        return self.folder / "backups"

    @property
    def storage(self) -> Path:
        return self.folder / "storage"

    def variables(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url,
            "STORAGE_URL": self.storage.as_uri(),
            "BACKUP_URL": self.backups.as_uri(),
            "BACKUP_KEY": self.key,
            "LOG_LEVEL": "info",
        }

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(core_settings, "DATABASE_URL", SecretStr(self.url))
        monkeypatch.setattr(core_settings, "STORAGE_URL", self.storage.as_uri())
        monkeypatch.setattr(settings, "BACKUP_URL", self.backups.as_uri())
        monkeypatch.setattr(settings, "BACKUP_KEY", SecretStr(self.key))
        for name, value in self.variables().items():  # for started processes
            monkeypatch.setenv(name, value)

    def fill(self) -> None:
        self.execute(
            "INSERT INTO users (id, email, is_active, is_superuser, hashed_password, created_at) "
            "VALUES (gen_random_uuid(), 'grace@example.com', true, false, '', now())"
        )
        self.execute(
            "CREATE TABLE things (id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE, "
            "title text NOT NULL, created_at timestamptz NOT NULL)"
        )
        self.add_things(ROWS)
        (self.storage / "avatars").mkdir(parents=True)
        (self.storage / "avatars" / "grace.webp").write_bytes(b"the picture of Grace")

    def add_things(self, count: int) -> None:
        rows = f"SELECT gen_random_uuid(), id, 'A thing', now() FROM users, generate_series(1, {count})"  # noqa: S608
        self.execute(f"INSERT INTO things (id, owner_id, title, created_at) {rows}")

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(sql.SQL(statement))
            return cursor.fetchall() if cursor.description else []

    def count(self, table: str) -> int:
        [(count,)] = self.execute(f"SELECT count(*)::int FROM {table}")  # noqa: S608
        return int(str(count))

    def databases(self) -> list[str]:
        """Return the name of our database, and of those created from it."""
        with psycopg.connect(f"{os.environ['TEST_POSTGRES_URL']}/postgres") as connection:
            statement = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"
            return [name for (name,) in connection.execute(statement, [self.database])]

    def stored(self) -> list[str]:
        return sorted(path.name for path in self.backups.glob("*"))

    def start(self, *arguments: str, stdin: int | None = None) -> subprocess.Popen[str]:
        """Start the program as an operator does."""
        command = [sys.executable, "-u", "-m", "app.backups", *arguments]
        return subprocess.Popen(
            command, cwd=BACKEND_DIR, text=True, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
