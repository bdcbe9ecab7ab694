"""The API's PostgreSQL role can change rows but not tables (OP-04)."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from psycopg import errors

from app.core.settings import Settings
from tests import conftest
from tests.core.servers import uvicorn

KEY, OTHER_KEY = "k7Yw2mQx9vRt4bNc8pLd3sHf6jZg1aUe", "Zq8Wc3nVb6Kj2Hf9Ld4Sa7Gp1Xm5Ty0R"
EMAIL, PASSWORD = "root@example.com", "a long superuser password"
V1 = "/api/v1"


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


async def test_op04_application_works_with_the_role(prepared: Place) -> None:
    environment = {"DATABASE_URL": prepared.api_url, "SECRET_KEY": KEY}
    async with uvicorn(environment=environment) as server:
        client = server.client
        ready = await client.get(f"{V1}/health/ready")
        assert (ready.status_code, ready.json()["checks"]["migrations"]["state"]) == (200, "ok")
        login = {"username": EMAIL, "password": PASSWORD}
        response = await client.post(f"{V1}/login/access-token", data=login)
        client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        new = {"email": "grace@example.com", "password": "correct horse battery"}
        created = await client.post(f"{V1}/users/", json=new)
        assert created.status_code in (200, 201), created.text
        changed = await client.patch(f"{V1}/users/me", json={"full_name": "Root"})
        assert changed.json()["full_name"] == "Root", changed.text
        deleted = await client.delete(f"{V1}/users/{created.json()['id']}")
        assert deleted.is_success, deleted.text


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "DROP TABLE users",
        "ALTER TABLE users ADD COLUMN mine int",
        "CREATE INDEX ON users (full_name)",
        "TRUNCATE users CASCADE",
        "UPDATE alembic_version SET version_num = '0001'",
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('9999')",
        "INSERT INTO applied_migrations (revision) VALUES ('9999')",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "COPY users TO PROGRAM 'true'",
        "ALTER ROLE CURRENT_USER SUPERUSER",
    ],
)
def test_op04_role_can_only_change_rows(prepared: Place, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        prepared.execute(prepared.api_url, statement)


def test_op04_role_has_exactly_four_privileges_per_table(prepared: Place) -> None:
    granted = prepared.execute(
        prepared.owner_url,
        "SELECT table_name, array_agg(privilege_type::text ORDER BY 1) FROM information_schema.table_privileges "
        "WHERE starts_with(grantee, 'roles_') GROUP BY 1",
    )
    tables = {str(table): privileges for table, privileges in granted}
    assert tables.pop("alembic_version") == tables.pop("applied_migrations") == ["SELECT"]
    assert "users" in tables
    for table, privileges in tables.items():
        assert sorted(privileges) == ["DELETE", "INSERT", "SELECT", "UPDATE"], table  # type: ignore[call-overload]


def test_op04_only_the_owner_is_a_superuser(prepared: Place) -> None:
    statement = (
        "SELECT current_user::text, rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert prepared.execute(prepared.api_url, statement) == [(prepared.name, False)]
    assert prepared.execute(prepared.owner_url, statement)[0][1] is True


def test_op04_role_can_use_tables_of_later_migrations(prepared: Place) -> None:
    prepared.execute(prepared.owner_url, "CREATE TABLE later (id int GENERATED BY DEFAULT AS IDENTITY, name text)")
    prepared.execute(prepared.api_url, "INSERT INTO later (name) VALUES ('x')")
    assert prepared.execute(prepared.api_url, "SELECT name FROM later") == [("x",)]


def test_op04_prestart_revokes_privileges_granted_by_hand(prepared: Place) -> None:
    prepared.execute(prepared.owner_url, f"GRANT TRUNCATE ON users TO {prepared.name}")
    statement = "SELECT has_table_privilege('users', 'TRUNCATE')"
    assert prepared.execute(prepared.api_url, statement) == [(True,)]
    assert prepared.prestart().returncode == 0
    assert prepared.execute(prepared.api_url, statement) == [(False,)]


def test_op04_password_changes_with_the_secret(prepared: Place) -> None:
    old = prepared.api_url
    prepared.secret_key = OTHER_KEY
    assert prepared.prestart().returncode == 0
    assert prepared.execute(prepared.api_url, "SELECT 1") == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        prepared.execute(old, "SELECT 1")


def test_op04_owner_is_refused_as_the_api_role(place: Place) -> None:
    done = place.prestart(POSTGRES_API_USER=place.variables["POSTGRES_USER"])
    assert done.returncode != 0
    assert "POSTGRES_API_USER" in done.stderr
    assert place.execute(place.owner_url, "SELECT 1") == [(1,)]


def test_op04_without_the_setting_no_role_is_created(place: Place) -> None:
    assert place.prestart(POSTGRES_API_USER="").returncode == 0
    assert place.execute(place.owner_url, f"SELECT FROM pg_roles WHERE rolname = '{place.name}'") == []
