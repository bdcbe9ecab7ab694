"""Settings weaker than the default are logged at the start (OP-08). Processes get only secrets they need (OP-02)."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from app.auth.config import AuthSettings
from app.core.settings import EnvSettings, Settings
from app.users.config import UsersSettings
from scripts.tests.deploy.files import load_yaml
from tests import conftest
from tests.security.test_we_headers import OUTSIDE, STRONG

SAFE: dict[str, Any] = {
    **OUTSIDE,
    "ENVIRONMENT": "production",
    "SMTP_HOST": "smtp.example.com",
    "SMTP_TLS": True,
    "TRUSTED_PROXIES": 1,
}
WEAK: list[tuple[type[EnvSettings], dict[str, Any]]] = [
    (Settings, {"BACKEND_CORS_ORIGINS": ["https://other.example.com"]}),
    (Settings, {"DOCS_ENABLED": True}),
    (Settings, {"SMTP_TLS": False}),
    (Settings, {"TRUSTED_PROXIES": 0}),
    (Settings, {"RATE_LIMIT_SIGN_IN": 0}),
    (Settings, {"FAILED_SIGN_INS": 0}),
    (AuthSettings, {"ACCESS_TOKEN_EXPIRE_MINUTES": 16}),
    (AuthSettings, {"REFRESH_TOKEN_IDLE_DAYS": 15}),
    (AuthSettings, {"REFRESH_TOKEN_DAYS": 31}),
    (UsersSettings, {"USERS_OPEN_REGISTRATION": True}),
]


def weak(settings_class: type[EnvSettings], **values: Any) -> list[str]:
    settings = settings_class(_env_file=None, _secrets_dir=(), **{**SAFE, **values})
    return [name for name, _ in settings.weak_settings()]


@pytest.mark.parametrize(("settings_class", "values"), WEAK, ids=str)
def test_op08_weak_setting_is_reported(settings_class: type[EnvSettings], values: dict[str, Any]) -> None:
    assert weak(settings_class, **values) == list(values)


def test_op08_safe_settings_are_not_reported() -> None:
    assert weak(Settings) + weak(AuthSettings) + weak(UsersSettings, USERS_OPEN_REGISTRATION=False) == []


def prestart(environment: dict[str, str], **changes: str) -> str:
    """Run prestart and return its output."""
    result = subprocess.run(
        [sys.executable, "-m", "app.prestart"],
        cwd=conftest.BACKEND_DIR,
        env={
            **os.environ,
            **environment,
            "SMTP_TLS": "true",
            "TRUSTED_PROXIES": "1",
            "FIRST_SUPERUSER_PASSWORD": STRONG,
            **changes,
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    return result.stdout


def test_op08_prestart_logs_one_line_per_weak_setting(production: dict[str, str]) -> None:
    """API processes do not log this, because there are several of them."""
    written = prestart(production, BACKEND_CORS_ORIGINS="https://other.example.com", USERS_OPEN_REGISTRATION="true")
    events = [json.loads(line) for line in written.splitlines()]
    named = [event["name"] for event in events if event["event"] == "weak_setting"]
    assert sorted(named) == ["BACKEND_CORS_ORIGINS", "USERS_OPEN_REGISTRATION"]
    assert STRONG not in written


def test_op08_local_development_logs_no_weak_settings(production: dict[str, str]) -> None:
    assert "weak_setting" not in prestart(production, ENVIRONMENT="local")


def test_op02_api_starts_without_the_superuser_password(production: dict[str, str]) -> None:
    """Compose passes the password only to `prestart`."""
    environment = {**os.environ, **production, "FIRST_SUPERUSER_PASSWORD": ""}
    subprocess.run([sys.executable, "-c", "import app.main"], cwd=conftest.BACKEND_DIR, env=environment, check=True)
    services = load_yaml("docker-compose.yml")["services"]
    having = [name for name, each in services.items() if "FIRST_SUPERUSER_PASSWORD" in str(each)]
    assert having == ["prestart"]
