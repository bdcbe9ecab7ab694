"""A database with the API's own role, as a deployment has it."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from app.core.settings import Settings
from tests import conftest

KEY, OTHER_KEY = "k7Yw2mQx9vRt4bNc8pLd3sHf6jZg1aUe", "Zq8Wc3nVb6Kj2Hf9Ld4Sa7Gp1Xm5Ty0R"
EMAIL, PASSWORD = "root@example.com", "a long superuser password"


@dataclass
class Place:
    """A separate database and a separate role, because roles belong to the whole server."""

    name: str
    secret_key: str = KEY

    @property
    def owner_url(self) -> str:
        return f"{os.environ['TEST_POSTGRES_URL']}/{self.name}"

    @property
    def variables(self) -> dict[str, str]:
        server = urlsplit(os.environ["TEST_POSTGRES_URL"])
        return {
            "DATABASE_URL": "",
            "POSTGRES_SERVER": str(server.hostname),
            "POSTGRES_PORT": str(server.port),
            "POSTGRES_DB": self.name,
            "POSTGRES_USER": unquote(server.username or ""),
            "POSTGRES_PASSWORD": unquote(server.password or ""),
            "POSTGRES_API_USER": self.name,
            "SECRET_KEY": self.secret_key,
            "FIRST_SUPERUSER": EMAIL,
            "FIRST_SUPERUSER_PASSWORD": PASSWORD,
        }

    def prestart(self, **variables: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | self.variables | variables
        command = [sys.executable, "-m", "app.prestart"]
        return subprocess.run(
            command, cwd=conftest.BACKEND_DIR, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    def api_settings(self) -> Settings:
        """Return the settings of the API's container, without the owner's password."""
        variables = {**self.variables, "POSTGRES_PASSWORD": ""}
        return Settings(_env_file=None, _secrets_dir=(), **variables)  # type: ignore[arg-type]

    @property
    def api_url(self) -> str:
        return self.api_settings().database_url.replace("+psycopg", "")

    def execute(self, url: str, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A database before this release: migrated, with one role."""
    monkeypatch.delenv("DATABASE_URL")
    place = Place(f"roles_{uuid.uuid4().hex[:12]}")
    conftest.copy_template(place.name)
    yield place
    conftest.drop_database(place.name)
    place.execute(f"{os.environ['TEST_POSTGRES_URL']}/postgres", f"DROP ROLE IF EXISTS {place.name}")


@pytest.fixture
def prepared(place: Place) -> Place:
    done = place.prestart()
    assert done.returncode == 0, done.stderr
    return place
