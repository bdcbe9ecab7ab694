"""The API's PostgreSQL role can change rows but not tables (OP-04)."""

import asyncio

import psycopg
import pytest
from psycopg import errors

from app.core.runtime.grants import declared_grants
from tests.core.servers import uvicorn
from tests.faults.workers import worker_process
from tests.security.place import EMAIL, KEY, OTHER_KEY, PASSWORD, Place, place, prepared

__all__ = ["place", "prepared"]

V1 = "/api/v1"


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


async def test_op04_role_enqueues_and_runs_jobs(prepared: Place) -> None:
    args = '{"arguments": {}, "enqueued_at": "2026-01-01T00:00:00+00:00"}'
    columns = "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
    prepared.execute(prepared.api_url, f"{columns} VALUES ('default', 'faults.do_nothing', '{args}')")
    done = "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE 'faults.%' AND status = 'succeeded'"
    async with worker_process(prepared.api_url), asyncio.timeout(60):
        while prepared.execute(prepared.api_url, done) != [(1,)]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


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
        "TRUNCATE procrastinate_jobs CASCADE",
        "DROP FUNCTION procrastinate_fetch_job_v2",
        "ALTER TABLE procrastinate_jobs DISABLE TRIGGER USER",
    ],
)
def test_op04_role_can_only_change_rows(prepared: Place, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        prepared.execute(prepared.api_url, statement)


def test_op04_role_has_exactly_the_declared_privileges(prepared: Place) -> None:
    granted = prepared.execute(
        prepared.owner_url,
        "SELECT table_name::text, array_agg(privilege_type::text) FROM information_schema.table_privileges "
        "WHERE starts_with(grantee, 'roles_') GROUP BY 1",
    )
    assert {table: set(found) for table, found in granted} == {  # type: ignore[call-overload]
        table: set(declared) for table, declared in declared_grants().items()
    }


def test_op04_only_the_owner_is_a_superuser(prepared: Place) -> None:
    statement = (
        "SELECT current_user::text, rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert prepared.execute(prepared.api_url, statement) == [(prepared.name, False)]
    assert prepared.execute(prepared.owner_url, statement)[0][1] is True


def test_op04_later_table_is_closed_until_granted(prepared: Place) -> None:
    prepared.execute(prepared.owner_url, "CREATE TABLE later (id int)")
    with pytest.raises(errors.InsufficientPrivilege):
        prepared.execute(prepared.api_url, "SELECT FROM later")


def test_op04_table_of_another_release_keeps_its_privileges(prepared: Place) -> None:
    prepared.execute(prepared.owner_url, f"CREATE TABLE later (id int); GRANT SELECT ON later TO {prepared.name}")
    assert prepared.prestart().returncode == 0
    assert prepared.execute(prepared.api_url, "SELECT FROM later") == []


def test_op04_default_privileges_of_earlier_releases_end(place: Place) -> None:
    assert place.prestart().returncode == 0
    grant = f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO {place.name}"
    place.execute(place.owner_url, grant)
    assert place.prestart().returncode == 0
    test_op04_later_table_is_closed_until_granted(place)


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
