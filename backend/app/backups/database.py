"""PostgreSQL's part of a backup: a snapshot of the database, a copy of it, and the switch to that copy."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import Connection, sql
from sqlalchemy import make_url

from app.backups.models import TableState
from app.backups.programs import BackupError, Program
from app.core.migrations.applied import APPLIED
from app.core.settings import settings

CONNECT_SECONDS = 5
LOCK_SECONDS = 10
EXCLUSIVE_SECONDS = 5
REPLACED = "before_restore"

# Fixes the text form of values, so that checksums are comparable between databases.
_OPTIONS = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex"

_TABLES = """
    SELECT n.nspname, c.relname,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'created_at'
                   AND a.atttypid = 'timestamptz'::regtype)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY 1, 2
"""


class Snapshot(NamedTuple):
    """A consistent view of the database, valid as long as the connection is open."""

    connection: Connection
    id: str
    moment: datetime
    revision: str


def database_name() -> str:
    return make_url(settings.database_url).database or ""


def database_url(name: str) -> str:
    """Return the URL of another database on the same server."""
    return settings.database_url_for(name)


def connect(name: str, **options: Any) -> Connection:
    """Connect to a database. Raises `BackupError` if the server cannot be reached."""
    url = database_url(name).replace("+psycopg", "", 1)
    try:
        return psycopg.connect(url, connect_timeout=CONNECT_SECONDS, options=_OPTIONS, **options)
    except psycopg.OperationalError as error:
        raise BackupError(f"The database {name!r} cannot be reached: {error}") from None


def server_version() -> int:
    with connect(database_name()) as connection:
        return connection.info.server_version // 10_000


@contextmanager
def exclusive() -> Iterator[None]:
    """Allow one process at a time to create, verify or restore a backup. Raises `BackupError` if another one does.

    A busy server frees the lock of a closed connection only some time later. So this frees it before closing, and waits
    for the lock of a process that was killed.
    """
    with connect("postgres", autocommit=True) as connection:
        key = [f"backups {database_name()}"]
        connection.execute(sql.SQL("SET lock_timeout = {}").format(f"{EXCLUSIVE_SECONDS}s"))
        try:
            connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
        except psycopg.errors.LockNotAvailable:
            raise BackupError(
                "Another backup or restore of this database is running. Try again when it has finished."
            ) from None
        try:
            yield
        finally:
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    with connect(database_name()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        newest = f"SELECT max(revision) FROM ({APPLIED}) AS applied"  # noqa: S608
        statement = f"SELECT pg_export_snapshot(), now(), ({newest})"
        try:
            [(snapshot_id, moment, revision)] = connection.execute(statement)
        except (psycopg.errors.UndefinedTable, ValueError):
            raise BackupError("The database has no schema yet. Run: python -m app.prestart") from None
        yield Snapshot(connection, snapshot_id, moment, revision)


def state(connection: Connection) -> dict[str, TableState]:
    """Return the number of rows, checksum and newest row of each table."""
    found = {}
    for schema, table, has_created_at in connection.execute(_TABLES).fetchall():
        newest = sql.SQL("max(t.created_at)" if has_created_at else "NULL::timestamptz")
        statement = sql.SQL(
            "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text, {} FROM {} t"
        ).format(newest, sql.Identifier(schema, table))
        [(rows, checksum, newest_row)] = connection.execute(statement)
        found[f"{schema}.{table}"] = TableState(rows=rows, checksum=checksum, newest=newest_row)
    return found


def state_of(name: str) -> dict[str, TableState]:
    with connect(name) as connection:
        return state(connection)


def dump(snapshot_id: str) -> Program:
    """Return the program that dumps the database as of the snapshot."""
    flags = ["--format=custom", f"--snapshot={snapshot_id}", f"--lock-wait-timeout={LOCK_SECONDS}s"]
    return Program(["pg_dump", *flags, _without_password(database_name())], _password())


def restore(name: str) -> Program:
    """Return the program that restores a dump into an empty database, without privileges, since roles can differ."""
    flags = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    return Program(["pg_restore", *flags, _without_password(name)], _password())


@contextmanager
def temporary_database() -> Iterator[str]:
    """Create an empty database and drop it at the end. Also drops those left behind by killed processes.

    Call it inside `exclusive()`.
    """
    prefix = f"{database_name()}_scratch_"
    leftovers = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname ~ '_scratch_[0-9a-f]{8}$'"
    with connect("postgres", autocommit=True) as connection:
        for (leftover,) in connection.execute(leftovers, [prefix]).fetchall():
            _drop(connection, leftover)
        name = f"{prefix}{secrets.token_hex(4)}"
        try:
            # Inside the `try`, because a signal can raise after the server has created the database.
            _create(connection, name)
            yield name
        finally:
            _drop(connection, name)


def _create(connection: Connection, name: str) -> None:
    try:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        raise BackupError(
            f"{connection.info.user} is not allowed to create the database into which a backup is restored. "
            f'As an administrator of the server, run: ALTER ROLE "{connection.info.user}" CREATEDB'
        ) from None


def swap(replacement: str) -> str:
    """Replace our database by `replacement`, and return the new name of the previous one.

    Both are renamed in one transaction. Meanwhile existing connections are terminated and new ones are impossible.
    """
    current = database_name()
    with connect("postgres") as connection, _without_connections(current):
        [(now,)] = connection.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD\"t\"HH24MISS')")
        kept = f"{current}_{REPLACED}_{now}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        for old, new in ((current, kept), (replacement, current)):
            connection.execute(rename.format(sql.Identifier(old), sql.Identifier(new)))
    return kept


@contextmanager
def _without_connections(name: str) -> Iterator[None]:
    """Keep terminating the connections to a database, because a rename fails if one is left after 5 s."""
    done = threading.Event()

    def end_connections() -> None:
        with connect("postgres", autocommit=True) as connection:
            while True:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                if done.wait(0.1):
                    return

    thread = threading.Thread(target=end_connections)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def replaced_databases() -> list[str]:
    """Return the databases with the previous data of restores, oldest first."""
    with connect("postgres") as connection:
        statement = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"
        return [name for (name,) in connection.execute(statement, [f"{database_name()}_{REPLACED}_"])]


def drop(name: str) -> None:
    with connect("postgres", autocommit=True) as connection:
        _drop(connection, name)


def _drop(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _without_password(name: str) -> str:
    """Return the `--dbname` option without the password, since other users can read a program's command line."""
    return f"--dbname={settings.database_url_for(name, with_password=False).replace('+psycopg', '', 1)}"


def _password() -> dict[str, str]:
    return {"PGPASSWORD": make_url(settings.database_url).password or "", "PGOPTIONS": _OPTIONS}
