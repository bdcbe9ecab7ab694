"""The operator's tasks on the command line."""

import os
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner, Result

from app import cli
from app.core.database import session as db
from app.core.mail.messages import templates
from app.core.security.signed_tokens import key_ring
from app.core.settings import settings
from tests import conftest
from tests.fixtures import Clock

PASSWORD = "correct horse battery"
Run = Callable[..., Result]


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of a database of this test. The program creates its own event loop, so it needs its own engine."""
    name = f"cli_{uuid.uuid4().hex[:12]}"
    conftest.copy_template(name)
    url = f"{os.environ['TEST_POSTGRES_URL']}/{name}"
    engine = create_async_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    before = db.WriteSession.kw["bind"]
    monkeypatch.setattr(cli, "engine", engine)
    monkeypatch.setattr(key_ring, "is_fixed", False)  # the fixed key is only for the other tests
    db.WriteSession.configure(bind=engine)
    yield url
    db.WriteSession.configure(bind=before)
    conftest.drop_database(name)


@pytest.fixture
def run(database: str) -> Run:
    def invoke(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli.cli, arguments, input=input)

    return invoke


def stored(url: str) -> list[tuple[str, bool, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT email, is_superuser, hashed_password FROM users").fetchall()


def matches(password: str, password_hash: str) -> bool:
    return PasswordHash((Argon2Hasher(),)).verify(password, password_hash)


def test_user_is_created(run: Run, database: str) -> None:
    result = run("users", "create", "Ada@Example.com", "--password", PASSWORD, "--superuser")
    assert result.exit_code == 0, result.output
    [(email, is_superuser, password_hash)] = stored(database)
    assert (email, is_superuser) == ("ada@example.com", True)
    assert matches(PASSWORD, password_hash)
    assert PASSWORD not in result.output


def test_password_prompt_repeats_and_hides_the_input(run: Run, database: str) -> None:
    result = run("users", "create", "ada@example.com", input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert [(email, superuser) for email, superuser, _ in stored(database)] == [("ada@example.com", False)]


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("nonsense", PASSWORD, "@"), ("ada@example.com", "short", "8"), ("ada@example.com", "password123", "too common")],
)
def test_invalid_value_is_reported_in_one_line(run: Run, database: str, email: str, password: str, reason: str) -> None:
    result = run("users", "create", email, "--password", password)
    assert result.exit_code == 1
    assert reason in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert stored(database) == []


def test_taken_email_is_reported(run: Run, database: str) -> None:
    run("users", "create", "ada@example.com", "--password", PASSWORD)
    result = run("users", "create", "ADA@example.com", "--password", PASSWORD)
    assert result.exit_code == 1
    assert "already exists" in result.output
    assert len(stored(database)) == 1


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com"])
def test_password_is_set(run: Run, database: str, email: str) -> None:
    run("users", "create", "ada@example.com", "--password", PASSWORD)
    result = run("users", "set-password", email, "--password", "another horse battery")
    assert result.exit_code == 0, result.output
    [(_, _, password_hash)] = stored(database)
    assert matches("another horse battery", password_hash)


def test_password_of_an_unknown_user_is_refused(run: Run) -> None:
    result = run("users", "set-password", "nobody@example.com", "--password", PASSWORD)
    assert result.exit_code == 1
    assert "There is no user nobody@example.com" in result.output


def test_secrets_are_long_and_unique(run: Run) -> None:
    secrets = {run("secret").output.strip() for _ in range(2)}
    assert len(secrets) == 2
    assert min(len(secret) for secret in secrets) >= 32


def test_all_mails_are_previewed(run: Run, tmp_path: Path) -> None:
    result = run("mail", "preview", "--to", str(tmp_path), "--no-open")
    assert (result.exit_code, result.output.strip()) == (0, (tmp_path / "index.html").as_uri())
    page = (tmp_path / "index.html").read_text()
    for name in templates():
        assert page.count(f'src="{name}.html"') == 2
        assert (tmp_path / f"{name}.html").read_text().lower().startswith("<!doctype html>")
        assert (tmp_path / f"{name}.txt").read_text().strip()


def test_one_mail_is_previewed(run: Run, tmp_path: Path) -> None:
    assert run("mail", "preview", "auth.welcome", "--to", str(tmp_path), "--no-open").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["auth.welcome.html", "auth.welcome.txt", "index.html"]


def test_preview_opens_in_a_browser(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", opened.append)
    run("mail", "preview", "--to", str(tmp_path))
    assert opened == [(tmp_path / "index.html").as_uri()]


def test_unknown_mail_lists_the_known_ones(run: Run) -> None:
    result = run("mail", "preview", "nonsense")
    assert result.exit_code == 1
    assert "auth.password_changed, auth.password_recovery" in result.output


def test_keys_are_rotated_listed_and_retired(run: Run, clock: Clock) -> None:
    first = run("keys", "rotate").output.split()[3].strip(".")
    assert run("keys", "list").output.endswith("  signs\n")
    second = run("keys", "rotate").output
    assert "signs from" in second
    waiting = second.split()[3].strip(".")
    assert [line.split("  ")[-1][:13] for line in run("keys", "list").output.splitlines()] == [
        "signs",
        "signs from 20",
    ]
    third = run("keys", "rotate", "--now").output.split()[3].strip(".")
    assert "Some processes can still sign with this key" in run("keys", "retire", first).output
    clock.advance(timedelta(minutes=2))
    assert run("keys", "retire", first).output == (
        f"Retired the key {first}. All processes refuse its tokens within a minute.\n"
    )
    states = {line[:16]: line.split("  ")[-1] for line in run("keys", "list").output.splitlines()}
    assert states[third] == "signs"
    assert states[first].startswith("retired 20")
    assert states[waiting].startswith("retired 20")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("retire", "0" * 16), "There is no key"), (("retire",), "Missing argument"), (("rotate", "now"), "unexpected")],
)
def test_wrong_key_commands_are_explained(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("keys", *arguments)
    assert result.exit_code != 0
    assert message in result.output


def test_keys_of_the_settings_are_not_rotated(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "JWT_PRIVATE_KEY", SecretStr("a key"))
    for command in (("list",), ("rotate",), ("retire", "0" * 16)):
        result = run("keys", *command)
        assert (result.exit_code, "The keys come from JWT_PRIVATE_KEY" in result.output) == (1, True)


def test_lost_factors_are_removed(database: str, run: Run) -> None:
    run("users", "create", "ada@example.com", input=f"{PASSWORD}\n{PASSWORD}\n")
    result = run("users", "reset-factors", "Ada@Example.com")
    assert (result.exit_code, "ended their sessions" in result.output) == (0, True)
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT kind, details FROM security_events").fetchall()
    assert found == [("factors_reset", {"by": "superuser"})]
    assert run("users", "reset-factors", "nobody@example.com").exit_code == 1
