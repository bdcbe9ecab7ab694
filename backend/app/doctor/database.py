"""The database: reachable, the right password, enough connections, the same time."""

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
# Of each process beside its two pools: one listens for changes, one is for the checks of its health.
OWN_CONNECTIONS = 2
# Tokens and sessions end by the clock; the checks of others' tokens allow some seconds.
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
            begun = utc_now().timestamp()
            row = await (await connection.execute(_QUERY)).fetchone()
            middle = (begun + utc_now().timestamp()) / 2
    except psycopg.Error as error:
        return [_explain(error, settings)]
    facts = Facts(*row or ())
    name = make_url(settings.database_url).render_as_string().rpartition("@")[2]
    detail = f"PostgreSQL {facts.version} at {name} takes the password."
    ok = Finding(code="database", state="ok", title="Database", detail=detail)
    old = [_old_version(facts.version)] if facts.version < TESTED_VERSION else []
    powerful = [_superuser()] if facts.superuser and settings.ENVIRONMENT != "local" else []
    return [
        ok,
        *old,
        *powerful,
        judge_connections(facts, settings.DATABASE_POOL_SIZE),
        judge_clock(facts.clock - middle),
    ]


def judge_connections(facts: Facts, pool_size: int) -> Finding:
    """Whether the pools of all processes fit, also while a deployment runs two releases side by side."""
    each = 2 * pool_size + OWN_CONNECTIONS
    wanted, free = processes() * each, facts.max_connections - facts.reserved
    sum_ = f"WEB_CONCURRENCY {processes()} x (2 x DATABASE_POOL_SIZE {pool_size} + {OWN_CONNECTIONS}) = {wanted}"
    limit = f"of {free} that PostgreSQL gives (max_connections {facts.max_connections} less {facts.reserved} reserved)"
    fix = (
        f"Lower DATABASE_POOL_SIZE to {max(1, (free // (2 * processes()) - OWN_CONNECTIONS) // 2)} or WEB_CONCURRENCY, "
        "or raise max_connections of PostgreSQL and restart it."
    )
    if wanted > free:
        detail = f"{sum_}, {limit}: under load requests fail with 503."
        return Finding(code="connections", state="failed", title="Too few connections", detail=detail, fix=fix)
    if 2 * wanted > free:
        detail = f"{sum_}, {limit}. A deployment runs two releases at once, which is {2 * wanted}."
        return Finding(code="connections", state="warning", title="Connections are tight", detail=detail, fix=fix)
    detail = f"{sum_}, {limit}; {facts.used} are in use."
    return Finding(code="connections", state="ok", title="Connections", detail=detail)


def judge_clock(offset: float) -> Finding:
    """`offset` in seconds: how far the database is ahead of this process."""
    detail = f"The database and the API differ by {abs(offset):.1f} s."
    if abs(offset) < CLOCK_WARNING_SECONDS:
        return Finding(code="clock", state="ok", title="Clock", detail=detail)
    return Finding(
        code="clock",
        state="failed" if abs(offset) >= CLOCK_FAILED_SECONDS else "warning",
        title="The clocks differ",
        detail=f"{detail} Sessions and links end too early or too late, and times of rows are out of order.",
        fix="Switch on time synchronisation on both machines: timedatectl set-ntp true.",
    )


def _old_version(version: int) -> Finding:
    return Finding(
        code="database-version",
        state="warning",
        title="An old PostgreSQL",
        detail=f"This is PostgreSQL {version}; releases are tested with {TESTED_VERSION} only.",
        fix=f"Move the data to PostgreSQL {TESTED_VERSION} by a dump and a restore.",
    )


def _superuser() -> Finding:
    return Finding(
        code="database-superuser",
        state="warning",
        title="The API is a superuser of the database",
        detail="Who finds a way to send SQL through the API could drop tables and read files of the database's server.",
        fix="Take docker-compose.yml of this release, where the API connects as POSTGRES_API_USER: docker compose up "
        "--detach. With DATABASE_URL: name a role there that is none (ALTER ROLE ... NOSUPERUSER).",
    )


def _explain(error: psycopg.Error, settings: Settings) -> Finding:
    """Servers that refuse during the start of a connection leave `sqlstate` empty: their words have to do."""
    text = str(error)
    place = make_url(settings.database_url).render_as_string().rpartition("@")[2]
    for code, words, title, detail, fix in _failures():
        if any(word in text for word in words):
            return Finding(code=code, state="failed", title=title, detail=f"{place}: {detail}", fix=fix)
    detail = f"{place} does not answer within {ENGINE_OPTIONS['connect_args']['connect_timeout']} s."
    fix = "docker compose ps db and docker compose logs db tell why. Elsewhere: compare POSTGRES_SERVER and its port."
    return Finding(code="database", state="failed", title="The database cannot be reached", detail=detail, fix=fix)


def _failures() -> Iterator[tuple[str, tuple[str, ...], str, str, str]]:
    yield (
        "database-password",
        ("password authentication failed", "no password supplied"),
        "The database refuses the password",
        "the password or the user is another one than this database was made with. The file POSTGRES_PASSWORD only "
        "counts while the volume is new; that of the API's own role follows SECRET_KEY when prestart runs.",
        "Put the old password back into .local/secrets/POSTGRES_PASSWORD; or set the new one in the database: docker "
        "compose exec db sh -c 'psql --username=$POSTGRES_USER $POSTGRES_DB', there \\password. After that, or "
        "a change of SECRET_KEY: docker compose run --rm prestart, then docker compose up --detach --force-recreate "
        "backend.",
    )
    yield (
        "database-missing",
        ("does not exist",),
        "There is no such database",
        "the server is there, the database is not. POSTGRES_DB only counts while the volume is new.",
        "Put the old POSTGRES_DB back, or make the database: docker compose exec db createdb --username=USER NAME; "
        "then docker compose run --rm prestart.",
    )
    yield (
        "connections",
        ("too many clients", "remaining connection slots", "too many connections"),
        "All connections are in use",
        "PostgreSQL gives no more connections.",
        "Lower DATABASE_POOL_SIZE or WEB_CONCURRENCY, or raise max_connections; pg_stat_activity shows who has them.",
    )
