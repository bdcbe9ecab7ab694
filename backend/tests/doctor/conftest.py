"""A valid set-up of real parts: a database user, two mail servers, a folder for files."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from psycopg import sql

from scripts.local.ports import any_free_port

SECRET = "k7Yw2mQx9vRt4bNc8pLd3sHf6jZg1aUe"
OTHER_SECRET = "Zq8Wc3nVb6Kj2Hf9Ld4Sa7Gp1Xm5Ty0R"


@pytest.fixture(scope="module")
def roles() -> Iterator[dict[str, str]]:
    """Users of the test's PostgreSQL: a usual one, and one whose connection limit is 0."""
    names = {"role": f"doctor_{uuid.uuid4().hex}", "full_role": f"doctor_{uuid.uuid4().hex}"}
    with psycopg.connect(f"{os.environ['TEST_POSTGRES_URL']}/postgres", autocommit=True) as connection:
        for name, limit in zip(names.values(), (-1, 0), strict=True):
            create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {}")
            connection.execute(create.format(sql.Identifier(name), sql.Literal(SECRET), sql.Literal(limit)))
            connection.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(name)))
        yield names
        for name in names.values():
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def refusing_smtp_port() -> Iterator[int]:
    """A mail server that refuses every login."""
    controller = Controller(
        object(),
        hostname="127.0.0.1",
        port=any_free_port(),
        authenticator=lambda *_: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture(scope="module")
def loginless_smtp_port() -> Iterator[int]:
    """A mail server that offers no login without TLS."""
    controller = Controller(object(), hostname="127.0.0.1", port=any_free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def places(roles: dict[str, str], refusing_smtp_port: int, loginless_smtp_port: int) -> dict[str, str]:
    """The values of the placeholders in the set-ups."""
    server, database = os.environ["DATABASE_URL"].rpartition("@")[2].split("/")
    return {
        **roles,
        "secret": SECRET,
        "other_secret": OTHER_SECRET,
        "server": server,
        "database": database,
        "closed_port": str(any_free_port()),
        "refusing_smtp_port": str(refusing_smtp_port),
        "loginless_smtp_port": str(loginless_smtp_port),
    }


@pytest.fixture
def good(places: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a valid set-up, without the variables of the tests."""
    # Not at the top: these read the environment, and pytest loads this file before the environment is set.
    from app.core.settings import Settings
    from app.users.config import UsersSettings

    smtp_port = os.environ["SMTP_PORT"]
    for name in (*Settings.model_fields, *UsersSettings.model_fields, "WEB_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
    return {
        "ENVIRONMENT": "production",
        "FRONTEND_URL": "https://dashboard.acme.example",
        "ALLOWED_HOSTS": "api.acme.example",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": "postgresql://{role}:{secret}@{server}/{database}".format(**places),
        "STORAGE_URL": (tmp_path / "files").as_uri(),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": smtp_port,
        "SMTP_TLS": "false",
        "TRUSTED_PROXIES": "1",
        "EMAILS_FROM_EMAIL": "noreply@acme.example",
        "FIRST_SUPERUSER": "ada@acme.example",
        "LOG_LEVEL": "error",
    }
