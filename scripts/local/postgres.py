"""A private PostgreSQL server on 127.0.0.1, with its own data folder.

    with start_postgres(Path(".local/postgres"), password="...") as postgres:
        postgres.ensure_database("app")
        print(postgres.url("app"))

The server ends with the process that started it. If it survives because that process was killed, the next
`start_postgres` on the same folder stops it first. Other servers are never touched.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from scripts.local.environment import system_environment
from scripts.local.ports import next_free_port
from scripts.local.postgres_binaries import Binaries, Identity, PostgresError, find_binaries, find_identity
from scripts.local.processes import command_of, spawn, tail
from scripts.server.files import write_private

__all__ = ["Postgres", "PostgresError", "start_postgres"]

START_SECONDS = 60
TRIES = 4
# Deliberately small: a developer's machine, one user, little data.
LOCAL_SETTINGS = {
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_logical_replication_workers": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass
class Postgres:
    """A running server."""

    data_dir: Path
    port: int
    user: str
    password: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def url(self, database: str = "postgres") -> str:
        """`postgresql://user:password@127.0.0.1:port/database`"""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"postgresql://{login}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def ensure_database(self, name: str) -> None:
        """Create the database `name` unless it exists."""
        import psycopg  # imported here, because only this method needs it
        from psycopg import sql

        with psycopg.connect(self.url(), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def stop(self, *, grace: float = 3.0) -> None:
        """Close all connections and shut down cleanly; after `grace` seconds, send stronger signals."""
        for number, seconds in ((signal.SIGINT, grace), (signal.SIGQUIT, 1.0), (signal.SIGKILL, None)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=seconds)

    def __enter__(self) -> "Postgres":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_postgres(
    data_dir: Path,
    *,
    password: str,
    user: str = "app",
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Postgres:
    """Start a server on `data_dir` (created if missing) and wait until it is ready.

    It listens on `port` or a later one that is free; `port=0` picks any. `settings` override LOCAL_SETTINGS (tests pass
    `{"fsync": "off"}`). `log` defaults to a file beside the folder. Raises PostgresError.
    """
    drop_libpq_variables()
    data_dir = data_dir.absolute()
    log = log or data_dir.with_name(f"{data_dir.name}.log")
    binaries = find_binaries()
    identity = find_identity(binaries)
    _check_folder(data_dir, binaries)
    if not data_dir.exists():
        _initialise(data_dir, binaries, identity, user, password)
    end_leftover(data_dir)
    if _login_mark(user, password) != _read_mark(data_dir):
        _set_login(data_dir, binaries, identity, user, password, log)
    options = {**LOCAL_SETTINGS, **({"io_method": "sync"} if binaries.major >= 18 else {}), **(settings or {})}
    for tries_left in reversed(range(TRIES)):
        process, chosen = _launch(data_dir, binaries, identity, port, options, log)
        try:
            if _wait_until_ready(data_dir, process):
                return Postgres(data_dir, chosen, user, password, log, process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        # Another program can take the port first, and processes of a killed server can still hold its shared memory.
        if tries_left:
            time.sleep(0.5)
    raise PostgresError(f"PostgreSQL did not start. Last lines of {log}:\n{tail(log)}")


def drop_libpq_variables() -> None:
    """Remove `PGSSLMODE`, `PGOPTIONS` and the like from our environment and so from our children's.

    They describe another server. The URL of this one says everything.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _check_folder(data_dir: Path, binaries: Binaries) -> None:
    if not data_dir.exists():
        return
    version = data_dir / "PG_VERSION"
    if not version.is_file():
        raise PostgresError(f"{data_dir} exists but holds no PostgreSQL data. Move it away and start again.")
    if (found := version.read_text(encoding="utf-8").strip()) != str(binaries.major):
        raise PostgresError(
            f"{data_dir} was created by PostgreSQL {found}, but this is PostgreSQL {binaries.major}. "
            "Start with --fresh to delete the local data."
        )


def _initialise(data_dir: Path, binaries: Binaries, identity: Identity, user: str, password: str) -> None:
    """Run initdb in a temporary folder first, so that an interruption never leaves a half-initialised one."""
    unfinished = data_dir.with_name(f"{data_dir.name}.new")
    password_file = data_dir.with_name(f"{data_dir.name}.password")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    if identity.uid is not None:
        data_dir.parent.chmod(0o711)  # another user runs the server
    write_private(password_file, password + "\n")
    if identity.owner is not None:
        os.chown(unfinished, identity.owner, -1)
        os.chown(password_file, identity.owner, -1)
    locale = ["--locale-provider=builtin", "--locale=C.UTF-8"] if binaries.major >= 17 else ["--locale=C"]
    login = ["-U", user, f"--pwfile={password_file}", "-A", "scram-sha-256"]
    command = [binaries.command("initdb"), "-D", str(unfinished), *login, "-E", "UTF8", *locale, "--no-sync"]
    try:
        result = subprocess.run(
            [*identity.prefix, *command],
            env=system_environment(),
            user=identity.uid,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        password_file.unlink(missing_ok=True)
    if result.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise PostgresError(f"initdb failed:\n{result.stdout}{result.stderr}")
    write_private(_mark_file(unfinished), _login_mark(user, password))
    unfinished.rename(data_dir)


def end_leftover(data_dir: Path) -> bool:
    """Stop a server on this folder that outlived its parent. Returns whether there was one."""
    pid_file = data_dir / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return False
    command = command_of(pid)
    if f"-D {data_dir} " not in f"{command} " or "postgres" not in command:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)  # the pid now belongs to another program, or to a zombie
            pid_file.unlink(missing_ok=True)
        return False
    for number, seconds in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if command_of(pid) != command:
                return True
            time.sleep(0.02)
    raise PostgresError(f"An earlier PostgreSQL (process {pid}) on {data_dir} does not end. Kill it and start again.")


def _launch(
    data_dir: Path, binaries: Binaries, identity: Identity, port: int, options: Mapping[str, str], log: Path
) -> tuple[subprocess.Popen[bytes], int]:
    chosen = next_free_port(port)
    # No UNIX socket: its path is limited to 107 bytes, and a checkout's path can be longer.
    network = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(chosen)}
    switches = [part for name, value in {**network, **options}.items() for part in ("-c", f"{name}={value}")]
    command = [*identity.prefix, binaries.command("postgres"), "-D", str(data_dir), *switches]
    env = system_environment()
    return spawn(command, log=log, cwd=data_dir, env=env, death_signal=signal.SIGINT, uid=identity.uid), chosen


def _wait_until_ready(data_dir: Path, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the server's pid file says "ready". Returns False if the server ended."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError):
            lines = (data_dir / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL was not ready within {START_SECONDS} s. See its log, then start again.")
        time.sleep(0.01)
    return False


def _mark_file(data_dir: Path) -> Path:
    return data_dir / "login.sha256"


def _login_mark(user: str, password: str) -> str:
    return hashlib.sha256(f"{user}\0{password}".encode()).hexdigest()


def _read_mark(data_dir: Path) -> str:
    try:
        return _mark_file(data_dir).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _set_login(data_dir: Path, binaries: Binaries, identity: Identity, user: str, password: str, log: Path) -> None:
    """Set the new user and password, after the settings changed. Uses single-user mode, without a server."""
    literals = [part.replace("'", "''") for part in (user, password)]
    name = user.replace('"', '""')
    script = (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{literals[0]}') "
        f'THEN CREATE ROLE "{name}"; END IF; END $$;\n'
        f"ALTER ROLE \"{name}\" SUPERUSER LOGIN PASSWORD '{literals[1]}';\n"
    )
    command = [*identity.prefix, binaries.command("postgres"), "--single", "-D", str(data_dir), "postgres"]
    result = subprocess.run(
        command,
        input=script,
        env=system_environment(),
        user=identity.uid,
        cwd=data_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0 or "ERROR" in result.stderr:
        raise PostgresError(f"The database password could not be changed:\n{result.stderr}\nSee also {log}.")
    write_private(_mark_file(data_dir), _login_mark(user, password))
