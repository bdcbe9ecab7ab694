"""Whatever happens to the pooled connections, a request gets at most one 503 and the next one succeeds (R3)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx2 import AsyncClient
from psycopg import AsyncConnection
from sqlalchemy import URL

from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.runtime.health import Database
from tests.auth.factories import Headers, signed_in_superuser
from tests.users.factories import create_user

ME, USERS = "/api/v1/users/me", "/api/v1/users/"
TIMES = 7
"""The driver prepares a statement when it runs for the sixth time on a connection."""


def url() -> str:
    bind: URL = db.WriteSession.kw["bind"].url
    return bind.set(drivername="postgresql").render_as_string(hide_password=False)


async def administer(*statements: str) -> None:
    async with await AsyncConnection.connect(url(), autocommit=True) as connection:
        for statement in statements:
            await connection.execute(statement.encode())


async def on_each_connection(statement: str) -> None:
    """Run a statement on all connections of both pools."""
    pool, engine = db.autocommit_session.source, db.WriteSession.kw["bind"]
    assert isinstance(pool, AutocommitPool)
    sources = [await pool.acquire() for _ in range(pool.open)]
    connections = [await engine.connect() for _ in range(engine.pool.checkedin())]
    for source in sources:
        await source._command(statement.encode())
        pool.release(source)
    for connection in connections:
        driver = (await connection.get_raw_connection()).driver_connection
        await driver.set_autocommit(True)
        await driver.execute(statement)
        await driver.set_autocommit(False)
        await connection.close()


RECREATE = (
    "CREATE TABLE copy (LIKE users INCLUDING ALL)",
    "INSERT INTO copy SELECT * FROM users",
    "ALTER TABLE users RENAME TO old_users",
    "ALTER TABLE copy RENAME TO users",
    "DROP TABLE old_users CASCADE",
)
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
DISTURBANCES: dict[str, Callable[[], Awaitable[None]]] = {
    "column added": lambda: administer("ALTER TABLE users ADD COLUMN nickname text"),
    "type of a column changed": lambda: administer(
        "ALTER TABLE users ALTER COLUMN full_name TYPE text", "ALTER TABLE users ALTER COLUMN version TYPE bigint"
    ),
    "table recreated": lambda: administer(*RECREATE),
    "connections ended": lambda: administer(END_OTHERS),
    "connections reset": lambda: on_each_connection("DISCARD ALL"),
    "statements deallocated": lambda: on_each_connection("DEALLOCATE ALL"),
    "failover": lambda: on_each_connection("SET default_transaction_read_only = on"),
}
Request = tuple[str, str, dict[str, Any] | None]


async def requests(client: AsyncClient, headers: Headers, *wanted: Request) -> list[int]:
    """Send each request several times. Returns the statuses."""
    return [
        (await client.request(method, path, headers=headers, json=body)).status_code
        for method, path, body in wanted
        for _ in range(TIMES)
    ]


@pytest.mark.parametrize("disturb", DISTURBANCES.values(), ids=DISTURBANCES)
async def test_r03_requests_recover_by_themselves(live: AsyncClient, disturb: Callable[[], Awaitable[None]]) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_superuser(session)
        other = await create_user(session)
    reads: list[Request] = [("GET", ME, None), ("GET", USERS, None), ("GET", f"{USERS}?q=user&sort=email", None)]
    writes: list[Request] = [("PATCH", ME, {"full_name": "Ada"}), ("PATCH", f"{USERS}{other.id}", {"full_name": "Bob"})]
    for _ in range(2):  # several connections of each pool prepare the statements
        await asyncio.gather(*(requests(live, headers, *reads, *writes) for _ in range(4)))
    await disturb()
    assert set(await requests(live, headers, *reads)) == {200}
    statuses = await requests(live, headers, *writes)
    assert set(statuses) <= {200, 503}
    assert statuses.count(503) <= 1
    assert set(await requests(live, headers, *reads, *writes)) == {200}


async def test_r03_insert_is_retried_on_an_outdated_connection(live: AsyncClient) -> None:
    """The server refuses it before it runs."""
    from tests.core.test_autocommit_pool import READ, WRITE, new_user

    pool = db.autocommit_session.source
    for _ in range(4 * TIMES):
        await pool.fetch(WRITE, WRITE.values(new_user()))
    await on_each_connection("SET default_transaction_read_only = on")
    user = new_user()
    await pool.fetch(WRITE, WRITE.values(user))
    assert await pool.fetch(READ, READ.values({"email": user["email"]})) == [(1,)]


async def test_read_only_database_is_503_and_not_ready(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_superuser(session)
    name = db.WriteSession.kw["bind"].url.database
    await administer(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on', END_OTHERS)
    database = Database(url())
    assert (await database.check_connection()) == ("failed", "The database is read-only.")
    assert set(await requests(live, headers, ("GET", ME, None))) == {200}
    assert set(await requests(live, headers, ("PATCH", ME, {"full_name": "Ada"}))) == {503}
    await administer("SET default_transaction_read_only = off", f'ALTER DATABASE "{name}" RESET ALL')
    assert (await database.check_connection()).state == "ok"
    assert set(await requests(live, headers, ("PATCH", ME, {"full_name": "Ada"}))) == {200}
    await database.aclose()


@pytest.mark.parametrize(
    "statement", ["DISCARD ALL", "ALTER TABLE applied_migrations ALTER COLUMN revision TYPE varchar"]
)
async def test_readiness_survives_changes_to_its_connection(live: AsyncClient, statement: str) -> None:
    database = Database(url())
    for _ in range(TIMES):
        assert (await database.check_migrations()).state == "ok"
    if statement == "DISCARD ALL":
        assert database._connection is not None
        await database._connection.execute(statement)
    else:
        await administer(statement)
    assert (await database.check_migrations()).state == "ok"
    assert (await database.check_connection()).state == "ok"
    await database.aclose()
