"""Checks of the database: reachable, correct password, enough connections, same time."""

from collections.abc import Iterator
from typing import NamedTuple

import psycopg
from psycopg import AsyncConnection
from sqlalchemy.engine import make_url

from app.core.clock import utc_now
from app.core.database.engine import ENGINE_OPTIONS
from app.core.settings import Settings
from app.doctor.models import Finding
from app.doctor.settings import processes

TESTED_VERSION = 18
# Connections of each process besides its two pools: one listens for changes, one serves the health checks.
OWN_CONNECTIONS = 2
# Tokens and sessions expire by the clock.
CLOCK_WARNING_SECONDS, CLOCK_FAILED_SECONDS = 2.0, 30.0


class Facts(NamedTuple):
    version: int
    max_connections: int
    reserved: int
    used: int
    clock: float
    superuser: bool = False


_QUERY = """
SELECT current_setting('server_version_num')::int / 10000,
       current_setting('max_connections')::int,
       current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true), '0')::int,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int,
       extract(epoch FROM clock_timestamp())::float8,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
"""


async def check_database(settings: Settings) -> list[Finding]:
    url = settings.database_url.replace("+psycopg", "", 1)
    try:
        async with await AsyncConnection.connect(url, autocommit=True, **ENGINE_OPTIONS["connect_args"]) as connection:
            started = utc_now().timestamp()
            row = await (await connection.execute(_QUERY)).fetchone()
            middle = (started + utc_now().timestamp()) / 2
    except psycopg.Error as error:
        return [_explain(error, settings)]
    facts = Facts(*row or ())
    name = make_url(settings.database_url).render_as_string().rpartition("@")[2]
    detail = f"PostgreSQL {facts.version} at {name} accepts the password."
    ok = Finding(code="database", state="ok", title="Database", detail=detail)
    old = [_old_version(facts.version)] if facts.version < TESTED_VERSION else []
    superuser = [_superuser()] if facts.superuser and settings.ENVIRONMENT != "local" else []
    return [
        ok,
        *old,
        *superuser,
        judge_connections(facts, settings.DATABASE_POOL_SIZE),
        judge_clock(facts.clock - middle),
    ]


def judge_connections(facts: Facts, pool_size: int) -> Finding:
    """Check whether the pools of all processes fit, even while a deployment runs two releases concurrently."""
    per_process = 2 * pool_size + OWN_CONNECTIONS
    needed, available = processes() * per_process, facts.max_connections - facts.reserved
    sum_ = f"WEB_CONCURRENCY {processes()} x (2 x DATABASE_POOL_SIZE {pool_size} + {OWN_CONNECTIONS}) = {needed}"
    limit = f"of {available} available (max_connections {facts.max_connections} minus {facts.reserved} reserved)"
    pool_that_fits = max(1, (available // (2 * processes()) - OWN_CONNECTIONS) // 2)
    fix = (
        f"Lower DATABASE_POOL_SIZE to {pool_that_fits}, or lower WEB_CONCURRENCY, or raise max_connections in "
        "PostgreSQL and restart it."
    )
    if needed > available:
        detail = f"{sum_}, {limit}. Requests fail with 503 under load."
        return Finding(code="connections", state="failed", title="Too few connections", detail=detail, fix=fix)
    if 2 * needed > available:
        detail = f"{sum_}, {limit}. A deployment runs two releases concurrently and needs {2 * needed}."
        return Finding(code="connections", state="warning", title="Few spare connections", detail=detail, fix=fix)
    detail = f"{sum_}, {limit}; {facts.used} are in use."
    return Finding(code="connections", state="ok", title="Connections", detail=detail)


def judge_clock(offset: float) -> Finding:
    """Check the clock. `offset` is the number of seconds by which the database is ahead of this process."""
    detail = f"The clocks of the database and the API differ by {abs(offset):.1f} s."
    if abs(offset) < CLOCK_WARNING_SECONDS:
        return Finding(code="clock", state="ok", title="Clock", detail=detail)
    return Finding(
        code="clock",
        state="failed" if abs(offset) >= CLOCK_FAILED_SECONDS else "warning",
        title="The clocks differ",
        detail=f"{detail} Sessions and links expire too early or too late, and the times of rows are inconsistent.",
        fix="Enable time synchronization on both machines: timedatectl set-ntp true.",
    )


def _old_version(version: int) -> Finding:
    return Finding(
        code="database-version",
        state="warning",
        title="PostgreSQL is outdated",
        detail=f"This is PostgreSQL {version}; releases are only tested with {TESTED_VERSION}.",
        fix=f"Move the data to PostgreSQL {TESTED_VERSION} with a dump and a restore.",
    )


def _superuser() -> Finding:
    return Finding(
        code="database-superuser",
        state="warning",
        title="The API connects as a database superuser",
        detail="An SQL injection through the API could drop tables and read files on the database server.",
        fix="Use this release's docker-compose.yml, in which the API connects as POSTGRES_API_USER: docker compose up "
        "--detach. With DATABASE_URL, use a role that is not a superuser (ALTER ROLE ... NOSUPERUSER).",
    )


def _explain(error: psycopg.Error, settings: Settings) -> Finding:
    """Explain a failed connection by its message, because `sqlstate` is empty during the start of a connection."""
    text = str(error)
    place = make_url(settings.database_url).render_as_string().rpartition("@")[2]
    for code, words, title, detail, fix in _failures():
        if any(word in text for word in words):
            return Finding(code=code, state="failed", title=title, detail=f"{place}: {detail}", fix=fix)
    detail = f"{place} does not respond within {ENGINE_OPTIONS['connect_args']['connect_timeout']} s."
    fix = "Run docker compose ps db and docker compose logs db. Without Compose, check POSTGRES_SERVER and its port."
    return Finding(code="database", state="failed", title="The database cannot be reached", detail=detail, fix=fix)


def _failures() -> Iterator[tuple[str, tuple[str, ...], str, str, str]]:
    yield (
        "database-password",
        ("password authentication failed", "no password supplied"),
        "The database rejects the password",
        "the user or the password differs from the one that this database was created with. POSTGRES_PASSWORD only "
        "applies to a new volume. The password of the API's own role changes with SECRET_KEY when prestart runs.",
        "Put the old password back into .local/secrets/POSTGRES_PASSWORD. Or set the new one in the database: run "
        "docker compose exec db sh -c 'psql --username=$POSTGRES_USER $POSTGRES_DB', then \\password. After that, or "
        "after a change of SECRET_KEY: docker compose run --rm prestart, then docker compose up --detach "
        "--force-recreate backend.",
    )
    yield (
        "database-missing",
        ("does not exist",),
        "The database does not exist",
        "the server is reachable, but the database does not exist. POSTGRES_DB only applies to a new volume.",
        "Set the old POSTGRES_DB again, or create the database: docker compose exec db createdb --username=USER NAME, "
        "then docker compose run --rm prestart.",
    )
    yield (
        "connections",
        ("too many clients", "remaining connection slots", "too many connections"),
        "All connections are in use",
        "PostgreSQL accepts no more connections.",
        "Lower DATABASE_POOL_SIZE or WEB_CONCURRENCY, or raise max_connections. pg_stat_activity shows who uses them.",
    )
