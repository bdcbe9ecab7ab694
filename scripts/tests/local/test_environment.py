from pathlib import Path

import pytest

from scripts.local.environment import read_environment

SECRETS = {"SECRET_KEY": "from file", "POSTGRES_PASSWORD": "p/w", "FIRST_SUPERUSER_PASSWORD": "super"}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SECRETS, "DATABASE_URL", "POSTGRES_SERVER", "POSTGRES_USER", "SMTP_HOST", "FRONTEND_URL"):
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
    assert environment.outside_database == "postgresql://me:p%2Fw@db.example.com:5432/app"
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
