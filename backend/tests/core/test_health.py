"""The checks of readiness: which fail, which only warn, and what they cost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text

from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.migrations.applied import REVISIONS
from app.core.runtime import health, shutdown
from app.core.runtime.health import Check, CheckFunction, Database, Health

LATER = "9999_of_the_next_release"


@pytest.fixture
async def database(live: AsyncClient) -> AsyncIterator[Database]:
    """The connection of the checks to the `live` database."""
    database = Database(db.WriteSession.kw["bind"].url.render_as_string(hide_password=False))
    yield database
    await database.aclose()


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the checks of all features."""
    monkeypatch.setattr(health, "modules", lambda _: [])


def of_a_feature(monkeypatch: pytest.MonkeyPatch, check: CheckFunction) -> None:
    monkeypatch.setattr(health, "modules", lambda _: [SimpleNamespace(CHECKS={"feature": check})])


async def execute(statement: str, **parameters: str) -> None:
    async with db.WriteSession.kw["bind"].begin() as connection:
        await connection.execute(text(statement), parameters)


async def state(database: Database, name: str) -> tuple[str, str]:
    """Return the state of one check, and of all together."""
    readiness = await Health(database).readiness()
    return readiness.checks[name].state, readiness.status


@pytest.mark.usefixtures("only")
@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        (REVISIONS, "ok"),
        ([*REVISIONS, LATER], "warning"),
        ([*REVISIONS[:3], "0003_of_a_removed_feature", *REVISIONS[3:]], "ok"),
        ([*REVISIONS[:2], *REVISIONS[3:], REVISIONS[2]], "ok"),
        ([*REVISIONS[:2], *REVISIONS[3:]], "failed"),
        ([*REVISIONS[:2], *REVISIONS[3:], LATER], "failed"),
        (REVISIONS[:-1], "failed"),
        (REVISIONS[:1], "failed"),
        ([], "failed"),
    ],
)
async def test_schema_can_be_newer_but_must_be_complete(database: Database, applied: list[str], expected: str) -> None:
    await execute("TRUNCATE applied_migrations, alembic_version")
    for revision in applied:
        await execute("INSERT INTO applied_migrations (revision) VALUES (:revision)", revision=revision)
    for revision in applied[-1:]:
        await execute("INSERT INTO alembic_version VALUES (:revision)", revision=revision)
    assert await state(database, "migrations") == (expected, expected)


@pytest.mark.usefixtures("only")
async def test_downgraded_database_is_not_ready(database: Database) -> None:
    await execute("UPDATE alembic_version SET version_num = :revision", revision=REVISIONS[0])
    assert await state(database, "migrations") == ("failed", "failed")


@pytest.mark.usefixtures("only")
async def test_database_without_migrations_is_not_ready(database: Database) -> None:
    await execute("DROP TABLE applied_migrations")
    assert await state(database, "migrations") == ("failed", "failed")
    assert await state(database, "database") == ("ok", "failed")


@pytest.mark.usefixtures("only")
async def test_lost_connection_is_replaced_before_reporting(database: Database) -> None:
    assert await state(database, "database") == ("ok", "ok")
    await execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE '%alembic_version%'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert await state(database, "database") == ("ok", "ok")


@pytest.mark.usefixtures("only")
async def test_process_with_a_busy_pool_is_ready(database: Database) -> None:
    """Taking a busy process out of service would only overload the others."""
    async with AsyncExitStack() as held:
        pool = db.autocommit_session.source
        assert isinstance(pool, AutocommitPool)
        for _ in range(pool.size):
            held.callback(pool.release, await pool.acquire())
            await held.enter_async_context(db.WriteSession.kw["bind"].connect())
        assert (await Health(database).readiness()).status == "ok"


async def test_feature_decides_the_state_of_its_check(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for reported in ("ok", "warning", "failed"):

        async def check(reported: health.State = reported) -> Check:
            return Check(reported, "As old as it is.")

        of_a_feature(monkeypatch, check)
        assert await state(database, "feature") == (reported, reported)
        assert (await Health(database).readiness()).checks["feature"].detail == "As old as it is."


async def test_failing_check_of_a_feature_only_warns(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> Check:
        raise OSError("bucket.example.com refuses")

    of_a_feature(monkeypatch, check)
    readiness = await Health(database).readiness()
    assert (readiness.checks["feature"].state, readiness.status) == ("warning", "warning")
    assert "bucket" not in readiness.model_dump_json()


async def test_hanging_check_is_not_started_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = 0, asyncio.Event()

    async def check() -> Check:
        nonlocal begun
        begun += 1
        await end.wait()
        return Check("ok")

    of_a_feature(monkeypatch, check)
    monkeypatch.setattr(health, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(health, "CACHE_SECONDS", 0)
    checks = Health(database)
    for _ in range(3):
        assert (await checks.readiness()).checks["feature"].state == "warning"
    assert begun == 1
    end.set()
    await asyncio.sleep(0)
    assert (await checks.readiness()).checks["feature"].state == "ok"
    assert begun == 2


async def test_many_probes_cost_one_check(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run = 0

    async def check() -> Check:
        nonlocal run
        run += 1
        await asyncio.sleep(0)
        return Check("ok")

    of_a_feature(monkeypatch, check)
    monkeypatch.setattr(health, "CACHE_SECONDS", 60)
    checks = Health(database)
    await asyncio.gather(*(checks.readiness() for _ in range(20)))
    assert run == 1
    monkeypatch.setattr(shutdown, "_draining", True)
    assert (await checks.readiness()).status == "failed"
    assert run == 1
