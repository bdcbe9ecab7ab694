from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from scripts.local.environment import read_environment

POSTGRES = ("POSTGRES_SERVER", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_DB")
SECRETS = {"SECRET_KEY": "from file", "POSTGRES_PASSWORD": "p/w", "FIRST_SUPERUSER_PASSWORD": "super"}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        *SECRETS,
        "DATABASE_URL",
        "POSTGRES_SERVER",
        "POSTGRES_PORT",
        "POSTGRES_USER",
        "SMTP_HOST",
        "FRONTEND_URL",
    ):
        monkeypatch.delenv(name, raising=False)


def test_environment_wins_over_file_and_empty_is_unset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("SECRET_KEY=\nFIRST_SUPERUSER=file@example.com\nSMTP_HOST=mail.example.com\n")
    monkeypatch.setenv("FIRST_SUPERUSER", "env@example.com")
    monkeypatch.setenv("SMTP_HOST", "")
    environment = read_environment(SECRETS, isolated=False, root=tmp_path)
    assert environment.get("SECRET_KEY") == "from file"
    assert environment.get("FIRST_SUPERUSER") == "env@example.com"
    assert environment.get("SMTP_HOST") == "mail.example.com"


def test_external_database_is_used_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_environment(SECRETS, isolated=False, root=tmp_path).outside_database == ""
    monkeypatch.setenv("POSTGRES_SERVER", "db.example.com")
    monkeypatch.setenv("POSTGRES_USER", "me")
    environment = read_environment(SECRETS, isolated=False, root=tmp_path)
    assert environment.outside_database == "postgresql://me:p%2Fw@/app?host=db.example.com&port=5432"
    monkeypatch.setenv("DATABASE_URL", "postgresql://x@y/z")
    assert read_environment(SECRETS, isolated=False, root=tmp_path).outside_database == "postgresql://x@y/z"


def test_isolated_stack_ignores_external_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("POSTGRES_SERVER=db.example.com\n")
    for name in ("DATABASE_URL", "SMTP_HOST", "FRONTEND_URL", "STORAGE_URL"):
        monkeypatch.setenv(name, "outside.example.com")
    monkeypatch.setenv("POSTGRES_PASSWORD", "of the outside database")
    environment = read_environment(SECRETS, isolated=True, root=tmp_path)
    assert environment.outside_database == ""
    assert not environment.has_outside_smtp
    assert environment.get("STORAGE_URL") == ""
    assert environment.origin(8123) == "http://localhost:8123"
    assert environment.get("POSTGRES_PASSWORD") == "p/w"
    assert environment.for_application({"PORT": "1"})["ENVIRONMENT"] == "local"


def test_links_use_the_real_port_or_given_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("FRONTEND_URL=http://localhost:8000\n")
    environment = read_environment(SECRETS, isolated=False, root=tmp_path)
    assert environment.origin(8001) == "http://localhost:8001"
    monkeypatch.setenv("FRONTEND_URL", "https://tunnel.example.com")
    assert environment.origin(8001) == "https://tunnel.example.com"


@pytest.mark.parametrize("server", ["localhost", "127.0.0.1", "::1", "[::1]", " LocalHost "])
def test_this_machine_has_the_embedded_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv("POSTGRES_SERVER", server)
    assert read_environment(SECRETS, isolated=False, root=tmp_path).outside_database == ""


@pytest.mark.parametrize("server", ["/var/run/postgresql", "2001:db8::7", "db.example.com"])
def test_unusual_database_is_read_back_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    (tmp_path / ".env").write_text("POSTGRES_USER='a b@c'\nPOSTGRES_DB='my db?x'\n")
    monkeypatch.setenv("POSTGRES_SERVER", server)
    parsed = conninfo_to_dict(read_environment(SECRETS, isolated=False, root=tmp_path).outside_database)
    assert (parsed["host"], parsed["port"], parsed["user"], parsed["dbname"]) == (server, "5432", "a b@c", "my db?x")
    assert parsed["password"] == "p/w"


@pytest.mark.parametrize("port", ["x", "0", "-1", "65536", "５"])
def test_wrong_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("POSTGRES_PORT", port)
    with pytest.raises(SystemExit, match="POSTGRES_PORT is not a port"):
        read_environment(SECRETS, isolated=False, root=tmp_path).port("POSTGRES_PORT", 5432)


def test_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("PROJECT_NAME=Zürich\n".encode("latin-1"))
    with pytest.raises(SystemExit, match="is not UTF-8 text"):
        read_environment(SECRETS, isolated=False, root=tmp_path)
