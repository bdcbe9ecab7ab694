"""Settings that open more than the default does are named once at the start (OP-08)."""

import json
import os
import subprocess
import sys
import uuid
from typing import Any

import psycopg
import pytest

from app.auth.config import AuthSettings
from app.core.config import EnvSettings, Settings
from app.users.config import UsersSettings
from tests import conftest
from tests.security.test_we_headers import OUTSIDE, STRONG

SAFE: dict[str, Any] = {**OUTSIDE, "ENVIRONMENT": "production", "SMTP_HOST": "smtp.example.com", "SMTP_TLS": True}
WEAK: list[tuple[type[EnvSettings], dict[str, Any]]] = [
    (Settings, {"BACKEND_CORS_ORIGINS": ["https://other.example.com"]}),
    (Settings, {"DOCS_ENABLED": True}),
    (Settings, {"SMTP_TLS": False}),
    (AuthSettings, {"ACCESS_TOKEN_EXPIRE_MINUTES": 10_000}),
    (UsersSettings, {"USERS_OPEN_REGISTRATION": True}),
]


def weak(settings_class: type[EnvSettings], **values: Any) -> list[str]:
    settings = settings_class(_env_file=None, _secrets_dir=(), **{**SAFE, **values})
    return [name for name, _ in settings.weak_settings()]


@pytest.mark.parametrize(("settings_class", "values"), WEAK, ids=str)
def test_op08_weak_setting_is_named(settings_class: type[EnvSettings], values: dict[str, Any]) -> None:
    assert weak(settings_class, **values) == list(values)


def test_op08_safe_settings_are_not_named() -> None:
    assert weak(Settings) + weak(AuthSettings) + weak(UsersSettings, USERS_OPEN_REGISTRATION=False) == []


@pytest.mark.parametrize("environment", ["production", "local"])
def test_op08_prestart_logs_one_line_for_each(environment: str) -> None:
    """The API's processes do not: there are many of them."""
    server, name = os.environ["TEST_POSTGRES_URL"], f"weak_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{STRONG}'")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    own = server.rpartition("@")[2]
    changes = {
        **OUTSIDE,
        "ENVIRONMENT": environment,
        "DATABASE_URL": f"postgresql://{name}:{STRONG}@{own}/{name}",
        "BACKEND_CORS_ORIGINS": "https://other.example.com",
        "USERS_OPEN_REGISTRATION": "true",
        "SMTP_TLS": "true",
        "LOG_LEVEL": "info",
        "FIRST_SUPERUSER_PASSWORD": STRONG,
    }
    result = subprocess.run(
        [sys.executable, "-m", "app.prestart"],
        cwd=conftest.BACKEND_DIR,
        env=os.environ | changes,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    conftest.drop_database(name)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP ROLE {name}")
    if environment == "local":
        assert "weak_setting" not in result.stdout
        return
    events = [json.loads(line) for line in result.stdout.splitlines()]
    named = [event["name"] for event in events if event["event"] == "weak_setting"]
    assert sorted(named) == ["BACKEND_CORS_ORIGINS", "USERS_OPEN_REGISTRATION"]
