"""The launcher, with real servers: each start takes 0.1 to 0.5 s."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from scripts.local.layout import ROOT
from scripts.local.ports import any_free_port
from scripts.local.postgres import Postgres, PostgresError, end_leftover, start_postgres
from scripts.local.processes import command_of

FAST = {"fsync": "off"}
FIRST = "it's one"


def start(folder: Path, password: str = FIRST) -> Postgres:
    return start_postgres(folder / "data base", password=password, settings=FAST)


def query(postgres: Postgres, database: str, statement: str) -> object:
    with psycopg.connect(postgres.url(database), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def wait_for_end(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while command_of(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not command_of(pid)


def test_data_survives_a_stop_and_a_kill(tmp_path: Path) -> None:
    with start(tmp_path) as postgres:
        postgres.ensure_database("app")
        postgres.ensure_database("app")
        query(postgres, "app", "create table kept as select 7 as value")
        assert query(postgres, "app", "show server_encoding") == "UTF8"
    assert wait_for_end(postgres.pid)
    killed = start(tmp_path)
    os.kill(killed.pid, signal.SIGKILL)
    killed.process.wait()
    with start(tmp_path) as postgres:
        assert query(postgres, "app", "select value from kept") == 7


def test_variables_for_another_server_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq takes from them whatever a URL does not say."""
    others = {"PGSSLMODE": "require", "PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c no_such_setting=1", "PGSERVICE": "no"}
    for name, value in {**others, "PGCLIENTENCODING": "LATIN1", "PGDATA": "/none", "PGPORT": "1"}.items():
        monkeypatch.setenv(name, value)
    with start(tmp_path) as postgres:
        postgres.ensure_database("app")
        assert query(postgres, "app", "show client_encoding") == "UTF8"
        shown = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
        assert "PG" not in {line[:2] for line in shown.splitlines()}


def test_concurrent_servers_get_different_ports(tmp_path: Path) -> None:
    """Each tries the same port first."""
    port, folders = any_free_port(), [tmp_path / name for name in ("one", "two", "three")]
    with ThreadPoolExecutor() as pool:
        servers = [pool.submit(start_postgres, each, password=FIRST, port=port, settings=FAST) for each in folders]
        assert len({server.result().port for server in servers}) == len(folders)
        for server in servers:
            server.result().stop()


def test_next_start_stops_an_orphaned_server(tmp_path: Path) -> None:
    orphan = start(tmp_path)
    with start(tmp_path) as postgres:
        assert orphan.process.wait(timeout=5) is not None
        assert query(postgres, "postgres", "select 1") == 1
    assert not end_leftover(postgres.data_dir)


def test_process_with_a_reused_pid_is_not_stopped(tmp_path: Path) -> None:
    start(tmp_path).stop()
    data = tmp_path / "data base"
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    with start(tmp_path) as postgres:
        assert postgres.pid != os.getpid()


def test_new_password_replaces_the_old_one(tmp_path: Path) -> None:
    start(tmp_path).stop()
    with start(tmp_path, password="another") as postgres:
        assert query(postgres, "postgres", "select 1") == 1
        old = psycopg.conninfo.make_conninfo(postgres.url(), password=FIRST)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(old)


def test_folder_with_other_data_is_refused_unchanged(tmp_path: Path) -> None:
    foreign = tmp_path / "data base"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine")
    with pytest.raises(PostgresError, match="holds no PostgreSQL data"):
        start(tmp_path)
    (foreign / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match="PostgreSQL 9"):
        start(tmp_path)
    assert (foreign / "letter.txt").read_text() == "mine"


def test_interrupted_initdb_does_not_block_the_next(tmp_path: Path) -> None:
    (tmp_path / "data base.new").mkdir()
    (tmp_path / "data base.new" / "PG_VERSION").write_text("18\n")
    start(tmp_path).stop()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux; elsewhere the next start stops the server")
def test_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal; from scripts.local.postgres import start_postgres; "
        f"server = start_postgres(pathlib.Path({str(tmp_path)!r}) / 'db', password='x', settings={{'fsync': 'off'}}); "
        "print(server.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert wait_for_end(int(killed.stdout))
