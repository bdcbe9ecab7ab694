"""Database errors, and the problem documents that clients get for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import CapturingLogger

from app.core.database import engine as database_engine
from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.errors import AppError, Conflict, Duplicate, Invalid, Unavailable
from app.core.http import problems
from app.core.http.problems import translate_database_error
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.examples import collections
from tests.fixtures import bound_to
from tests.users.factories import PASSWORD, create_user

INSERT_SESSION = (
    "INSERT INTO user_sessions (id, user_id, created_at, expires_at) "
    "VALUES (gen_random_uuid(), gen_random_uuid(), now(), now())"
)
INSERT_USER = (
    "INSERT INTO users (id, email, is_active, is_superuser, hashed_password, created_at) "
    "VALUES (gen_random_uuid(), {email}, true, false, '', now())"
)


async def database_error(session: AsyncSession, *statements: str) -> DBAPIError:
    """Run the statements and return the error of the last one."""
    connection = await session.connection()
    *before, last = map(text, statements)
    for statement in before:
        await connection.execute(statement)
    with pytest.raises(DBAPIError) as caught:
        await connection.execute(last)
    return caught.value


REAL = {
    "unique": ([INSERT_USER.format(email="'taken@example.com'")], Duplicate),
    "foreign key": ([INSERT_SESSION], Conflict),
    "not null": ([INSERT_USER.format(email="NULL")], Invalid),
    "check": (["CREATE TEMP TABLE t (n int CHECK (n > 0))", "INSERT INTO t VALUES (0)"], Invalid),
    "too long": ([INSERT_USER.format(email="repeat('x', 255)")], Invalid),
    "out of range": (["SELECT 2147483647::int + 1"], Invalid),
    "malformed": (["SELECT 'x'::uuid"], Invalid),
    "statement timeout": (["SET LOCAL statement_timeout = '1ms'", "SELECT pg_sleep(5)"], Unavailable),
}


@pytest.mark.parametrize(("statements", "expected"), REAL.values(), ids=REAL.keys())
async def test_refused_statement_is_translated(
    session: AsyncSession, statements: list[str], expected: type[AppError]
) -> None:
    await create_user(session, email="taken@example.com")
    error = translate_database_error(await database_error(session, *statements))
    assert type(error) is expected
    for leak in ("users", "user_sessions", "SELECT", "INSERT", "violates", "uq_", "@"):
        assert leak not in error.detail


async def test_refused_value_is_logged_by_its_column(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    logger = CapturingLogger()
    monkeypatch.setattr(problems, "logger", logger)
    translate_database_error(await database_error(session, INSERT_USER.format(email="NULL")))
    [call] = logger.calls
    assert (call.args, call.kwargs["column"]) == (("value_rejected_by_database",), "email")
    assert "example.com" not in str(call)


STATES = {
    "23505": Duplicate,  # unique_violation
    "23503": Conflict,  # foreign_key_violation
    "23502": Invalid,  # not_null_violation
    "23514": Invalid,  # check_violation
    "22001": Invalid,  # string_data_right_truncation
    "22021": Invalid,  # character_not_in_repertoire
    "22P05": Invalid,  # untranslatable_character
    "40001": Unavailable,  # serialization_failure
    "40P01": Unavailable,  # deadlock_detected
    "55P03": Unavailable,  # lock_not_available
    "57014": Unavailable,  # query_canceled
    "57P01": Unavailable,  # admin_shutdown
    "57P02": Unavailable,  # crash_shutdown
    "57P03": Unavailable,  # cannot_connect_now
    "53100": Unavailable,  # disk_full
    "53300": Unavailable,  # too_many_connections
    "08006": Unavailable,  # connection_failure
    "25P03": Unavailable,  # idle_in_transaction_session_timeout
    "XX000": Unavailable,  # internal_error
}


@pytest.mark.parametrize(("state", "expected"), STATES.items())
async def test_database_error_code_is_translated(session: AsyncSession, state: str, expected: type[AppError]) -> None:
    error = await database_error(session, f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")
    assert type(translate_database_error(error)) is expected


@pytest.mark.parametrize("statement", ["SELECT * FROM nowhere", "SELEKT", "SELECT nothing"])
async def test_programming_error_is_raised_again(session: AsyncSession, statement: str) -> None:
    error = await database_error(session, statement)
    with pytest.raises(DBAPIError):
        translate_database_error(error)


@asynccontextmanager
async def small_pools(**options: Any) -> AsyncIterator[tuple[Any, Any]]:
    """Give both kinds of session an engine and a pool with one connection each, on the database of `live`."""
    url = db.WriteSession.kw["bind"].url
    merged: dict[str, Any] = {**database_engine.ENGINE_OPTIONS, "pool_size": 1, "pool_timeout": 0.05, **options}
    engine = database_engine.make_engine(url, **merged)
    text_url = url.render_as_string(hide_password=False)
    async with AutocommitPool(text_url, {**merged, "pool_timeout": 2}) as pool:
        pool.release(await pool.acquire())
        pool.wait_seconds = merged["pool_timeout"]
        async with bound_to(engine, pool):
            yield engine, pool
    await engine.dispose()


def assert_unavailable(response: Any) -> None:
    assert problem(response) == (503, "UNAV_001")
    assert int(response.headers["retry-after"]) >= 1


async def test_exhausted_pool_is_503(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
    async with small_pools() as (engine, pool):
        connection = await pool.acquire()
        assert_unavailable(await live.get("/api/v1/users/me", headers=headers))
        pool.release(connection)
        async with engine.connect():
            assert_unavailable(await live.patch("/api/v1/users/me", headers=headers, json={}))
        assert (await live.get("/api/v1/users/me", headers=headers)).status_code == 200
        assert (await live.patch("/api/v1/users/me", headers=headers, json={})).status_code == 200


async def test_request_holds_one_connection_at_a_time(live: AsyncClient) -> None:
    """Requests that hold one connection and wait for a second one could deadlock."""
    async with db.WriteSession() as session:
        _, headers = await signed_in_superuser(session)
        one, other = await create_user(session), await create_user(session)
    async with small_pools():
        for method, path, body in (
            ("GET", "/api/v1/users/", None),
            ("PATCH", f"/api/v1/users/{one.id}", {"full_name": "Ada"}),
            ("PATCH", "/api/v1/users/me", {"full_name": "Ada"}),
            ("POST", "/api/v1/users/", {"email": "new@example.com", "password": PASSWORD}),
            ("GET", "/api/v1/users/export", None),
            ("DELETE", f"/api/v1/users/{one.id}", None),
            ("POST", "/api/v1/users/bulk-delete", {"ids": [str(other.id)]}),
            *((method, path, body) for path, body in collections() for method in ("POST", "GET")),
            ("POST", "/api/v1/login/logout", None),
        ):
            response = await live.request(method, path, headers=headers, json=body if method != "GET" else None)
            assert response.status_code == 200, response.text


async def test_wait_for_a_lock_is_limited(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_superuser(session)
        user = await create_user(session)
    connect_args = {**database_engine.ENGINE_OPTIONS["connect_args"], "options": "-c lock_timeout=20ms"}
    async with db.WriteSession() as holder:
        await holder.get(User, user.id, with_for_update=True)
        async with small_pools(connect_args=connect_args):
            assert_unavailable(await live.delete(f"/api/v1/users/{user.id}", headers=headers))


@pytest.mark.parametrize(
    ("name", "value"),
    [("statement_timeout", "8s"), ("lock_timeout", "2s"), ("idle_in_transaction_session_timeout", "15s")],
)
async def test_every_wait_in_the_database_is_limited(session: AsyncSession, name: str, value: str) -> None:
    shown = await (await session.connection()).execute(text(f"SHOW {name}"))
    assert shown.scalar_one() == value


async def test_r03_lost_connections_are_replaced(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
    await asyncio.gather(*(live.get("/api/v1/users/me", headers=headers) for _ in range(4)))
    await asyncio.gather(*(live.patch("/api/v1/users/me", headers=headers, json={}) for _ in range(4)))
    admin = create_async_engine(db.WriteSession.kw["bind"].url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {others}"))  # noqa: S608
    await admin.dispose()
    for _ in range(4):
        assert (await live.get("/api/v1/users/me", headers=headers)).status_code == 200
    for _ in range(4):
        assert (await live.patch("/api/v1/users/me", headers=headers, json={})).status_code == 200


async def test_unreachable_database_is_503(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
    url = db.WriteSession.kw["bind"].url.set(port=1)
    engine = database_engine.make_engine(url)
    text_url = url.render_as_string(hide_password=False)
    async with (
        AutocommitPool(text_url, database_engine.ENGINE_OPTIONS | {"pool_timeout": 0.1}) as pool,
        bound_to(engine, pool),
    ):
        assert_unavailable(await live.get("/api/v1/users/me", headers=headers))
        assert (await live.get("/api/v1/utils/health-check/")).status_code == 200
    await engine.dispose()
