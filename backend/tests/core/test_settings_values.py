"""A setting with a plausible wrong value works, or one line names the variable."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.features import modules
from app.core.settings import EnvSettings, Settings, load
from tests.conftest import BACKEND_DIR
from tests.security.test_we_headers import OUTSIDE

_ALL: list[type[EnvSettings]] = [Settings, *(type(module.settings) for module in modules("config"))]
CLASSES = {name: settings_class for settings_class in _ALL for name in settings_class.model_fields}
VALUES = (
    *("0", "-1", "9" * 30, "1e400", "nan", "null", "true", "{}", "[", "changethis", "x" * 5000, "a\nb", "\x07"),
    *("'quoted'", '"quoted"', "a b", "a,b", "東京", "/", "%", "@", "${X}", "::1", "https://example.com/path/"),
)
BLANK = ("", "  ")

# Value, and what is read from it.
WORKS = [
    ("POSTGRES_SERVER", " ::1 ", "::1"),
    ("POSTGRES_SERVER", "[::1]", "::1"),
    ("POSTGRES_SERVER", "/var/run/postgresql", "/var/run/postgresql"),
    ("POSTGRES_SERVER", "Db1.example, db2.example", "db1.example,db2.example"),
    ("POSTGRES_DB", "my db?x", "my db?x"),
    ("PROJECT_NAME", " 東京 ", "東京"),
    ("PROJECT_NAME", "Zürich Ledger & Co", "Zürich Ledger & Co"),
    ("LOG_LEVEL", "INFO", "info"),
    ("SENTRY_DSN", "https://key@o1.ingest.sentry.io/2", "https://key@o1.ingest.sentry.io/2"),
    ("FRONTEND_URL", " https://example.com/ ", "https://example.com"),
    ("EMAILS_FROM_EMAIL", "no-reply@localhost", "no-reply@localhost"),
]
REFUSED = [
    ("SENTRY_DSN", "changethis"),
    ("SENTRY_DSN", "https://o1.ingest.sentry.io/2"),
    ("SMTP_PORT", "0"),
    ("SMTP_PORT", "65536"),
    ("POSTGRES_PORT", "-5432"),
    ("SMTP_HOST", "https://smtp.example.com"),
    ("SMTP_HOST", "smtp.example.com:587"),
    ("EMAILS_FROM_EMAIL", "App <noreply@example.com>"),
    ("EMAILS_FROM_EMAIL", "noreply"),
    ("EMAILS_FROM_EMAIL", "a@example.com, b@example.com"),
    ("DATABASE_URL", "changethis"),
    ("DATABASE_URL", "mysql://u:p@h/d"),
    ("DATABASE_URL", "postgresql://u:p@ss@h/d"),
    ("DATABASE_URL", "postgresql://u:p/w@h/d"),
    ("DATABASE_URL", "postgresql://u:100%@h/d"),
    ("DATABASE_URL", "postgresql://u:p@h/d?pool=3"),
    ("DATABASE_REPLICA_URL", "replica.example.com"),
    ("DATABASE_REPLICA_URL", "postgresql:///app"),
    ("DATABASE_REPLICA_URL", "postgresql://one.example.com,two.example.com/app"),
    ("DATABASE_REPLICA_URL", "postgresql://u:p@ss@h/d"),
    ("STORAGE_URL", "s3://bucket?foo=1"),
    ("STORAGE_URL", "s3://bucket?endpoint=minio:9000"),
    ("STORAGE_URL", "./files"),
    ("API_V1_STR", "api"),
    ("FRONTEND_URL", "https://example.com:99999"),
    ("FRONTEND_URL", "https://[::1"),
    ("DRAIN_SECONDS", "nan"),
]


def refusal(name: str) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        load(CLASSES[name])
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_any_value_works_or_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for value in (*VALUES, *BLANK):
        monkeypatch.setenv(name, value)
        try:
            settings = load(CLASSES[name])
        except SystemExit as error:
            first, *lines = str(error).splitlines()
            assert first == "The settings are invalid:"
            assert [line for line in lines if name not in line] == [], value
        else:
            list(settings.weak_settings())
            if isinstance(settings, Settings):
                make_url(settings.database_url)
                make_url(settings.database_direct_url)
                assert not settings.database_replica_url or make_url(settings.database_replica_url)
                assert settings.smtp_client_name
                assert settings.mail_sender


@pytest.mark.parametrize("name", sorted(CLASSES))
@pytest.mark.parametrize("blank", BLANK, ids=["empty", "spaces"])
def test_blank_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str, blank: str) -> None:
    monkeypatch.delenv(name, raising=False)
    default = CLASSES[name].model_fields[name].get_default()
    monkeypatch.setenv(name, blank)
    if isinstance(default, str | int | None):
        assert getattr(load(CLASSES[name]), name) == default


@pytest.mark.parametrize(("name", "written", "read"), WORKS)
def test_unusual_value_works(monkeypatch: pytest.MonkeyPatch, name: str, written: str, read: str) -> None:
    monkeypatch.setenv(name, written)
    assert getattr(load(CLASSES[name]), name) == read


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_wrong_value_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    _, line = refusal(name)
    assert line.startswith(f"  {name}: ")
    if "DATABASE" in name:
        assert value not in line  # it has a password


@pytest.fixture
def odd_database() -> Iterator[dict[str, str]]:
    """A database and a role whose names and password need quotes, as separate settings."""
    server = make_url(os.environ["TEST_POSTGRES_URL"])
    names = {"POSTGRES_DB": "my db?x/%20 é", "POSTGRES_USER": "a b@c:d", "POSTGRES_PASSWORD": "p w%41/@:?#'\\"}
    with psycopg.connect(f"{os.environ['TEST_POSTGRES_URL']}/postgres", autocommit=True) as connection:
        role = psycopg.sql.Identifier(names["POSTGRES_USER"])
        database = psycopg.sql.Identifier(names["POSTGRES_DB"])
        password = psycopg.sql.Literal(names["POSTGRES_PASSWORD"])
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
        yield {**names, "POSTGRES_SERVER": "127.0.0.1", "POSTGRES_PORT": str(server.port), "DATABASE_URL": ""}
        connection.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
        connection.execute(psycopg.sql.SQL("DROP ROLE {}").format(role))


async def test_odd_names_reach_the_database(odd_database: dict[str, str]) -> None:
    """SQLAlchemy and psycopg read URLs by different rules."""
    settings = Settings(_env_file=None, **odd_database)  # type: ignore[arg-type]
    direct = settings.model_copy(update={"POSTGRES_DIRECT_SERVER": "127.0.0.1", "POSTGRES_SERVER": "unused"})
    direct.POSTGRES_DIRECT_PORT = settings.POSTGRES_PORT
    given = Settings(_env_file=None, DATABASE_URL=settings.database_url)
    for url in (settings.database_url, direct.database_direct_url, given.database_url):
        with psycopg.connect(url.replace("+psycopg", "", 1)) as connection:
            assert connection.info.dbname == odd_database["POSTGRES_DB"]
        engine = create_async_engine(url)
        async with engine.connect() as session:
            assert await session.scalar(text("SELECT current_user")) == odd_database["POSTGRES_USER"]
        await engine.dispose()


@pytest.mark.parametrize(
    ("server", "host"),
    [("::1", "::1"), ("/var/run/postgresql", "/var/run/postgresql"), ("a.example,b.example", "a.example,b.example")],
)
def test_unusual_server_reaches_both_drivers(server: str, host: str) -> None:
    values: dict[str, Any] = {"DATABASE_URL": "", "POSTGRES_SERVER": server, "POSTGRES_PASSWORD": "p@w"}
    settings = Settings(_env_file=None, _secrets_dir=(), **values)
    url = make_url(settings.database_url)
    _, sqlalchemy = url.get_dialect()().create_connect_args(url)
    parsed = psycopg.conninfo.conninfo_to_dict(settings.database_url.replace("+psycopg", "", 1))
    for found in (dict(sqlalchemy), dict(parsed)):
        assert (found["host"], found["password"]) == (host, "p@w")
        assert set(str(found["port"]).split(",")) == {"5432"}
        assert found["dbname"] == "app"


async def test_application_name_can_be_any_project_name(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"{os.environ['TEST_POSTGRES_URL']}/postgres"
    for name in ("東京", "Zürich Ledger & Co", "a='b' \\ c", "Ä" * 100):
        with psycopg.connect(url, application_name=name) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=BACKEND_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in result.stderr
    assert result.returncode != 0
    return result


@pytest.mark.parametrize(
    "command",
    [["-m", "app.prestart"], ["-m", "app.cli", "--help"], ["-m", "uvicorn", "app.main:app"]],
    ids=lambda command: command[1],
)
@pytest.mark.parametrize(
    ("name", "value"), [("SENTRY_DSN", "changethis"), ("SMTP_PORT", "x"), ("ACCESS_TOKEN_EXPIRE_MINUTES", "0")]
)
def test_programs_refuse_without_a_traceback(command: list[str], name: str, value: str) -> None:
    result = run(*command, **{name: value})
    assert result.stderr.splitlines()[0] == "The settings are invalid:"
    assert name in result.stderr


def test_op01_missing_key_refuses_to_start() -> None:
    values = {**OUTSIDE, "ENVIRONMENT": "production", "SECRET_KEY": ""}
    assert "SECRET_KEY is not set" in run("-c", "import app.core.settings", **values).stderr


def test_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("PROJECT_NAME=Zürich\n".encode("latin-1"))
    result = run("-c", "import app.core.settings", DOTENV_PATH=str(path))
    assert result.stderr == f"The settings cannot be read: {path} is not UTF-8 text.\n"


def test_missing_folder_of_the_dashboard_is_named() -> None:
    result = run("-c", "import app.main", FRONTEND_DIR="/missing")
    assert result.stderr.splitlines()[-1] == "FRONTEND_DIR names /missing, which is not a folder."
