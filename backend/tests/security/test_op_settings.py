"""Unsafe settings refuse to start and name the variable (OP-01, JW-06, SE-12, SE-13, WE-04)."""

import json
import os
import subprocess
import sys
from http.cookies import SimpleCookie
from typing import Any

import pytest
from pydantic import ValidationError

from app.core.settings import Settings
from app.users.config import UsersSettings
from tests.conftest import BACKEND_DIR
from tests.security.test_we_headers import OUTSIDE, STRONG

OUTSIDE_LOCAL = ["staging", "production"]
WEAK = {
    "missing": "",
    "short": "k7Yw2mQx9v",
    "well-known": "changethis",
    "well-known and long": "changethis-changethis-changethis",
    "secret": "secretsecretsecretsecretsecretsecret",
    "password": "password-password-password-password",
    "repeated": "ab" * 20,
    "example": "example-k7Yw2mQx9vRt4bNc8pLd3sHf6jZg1aUe",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, *UsersSettings.model_fields):
        monkeypatch.delenv(name, raising=False)


def refusal(settings_class: type[Settings] | type[UsersSettings] = Settings, **values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        settings_class(_env_file=None, _secrets_dir=(), **values)
    return str(caught.value)


@pytest.mark.parametrize("environment", OUTSIDE_LOCAL)
def test_op01_strong_settings_start(environment: str) -> None:
    """Without this, the refusals below would prove nothing."""
    assert Settings(_env_file=None, _secrets_dir=(), ENVIRONMENT=environment, **OUTSIDE).secure_cookies


@pytest.mark.parametrize("weak", WEAK.values(), ids=WEAK.keys())
@pytest.mark.parametrize("environment", OUTSIDE_LOCAL)
def test_op01_weak_signing_key_refuses_to_start(environment: str, weak: str) -> None:
    assert "SECRET_KEY" in refusal(ENVIRONMENT=environment, **{**OUTSIDE, "SECRET_KEY": weak})


@pytest.mark.parametrize("weak", WEAK.values(), ids=WEAK.keys())
def test_op01_weak_database_password_refuses_to_start(weak: str) -> None:
    values = {**OUTSIDE, "ENVIRONMENT": "production", "DATABASE_URL": ""}
    assert "POSTGRES_PASSWORD" in refusal(**values, POSTGRES_PASSWORD=weak)


@pytest.mark.parametrize("weak", ["", ":@", ":changethis@", ":postgres@", ":short@"])
def test_op01_weak_password_in_database_url_is_refused(weak: str) -> None:
    url = f"postgresql://app{weak or '@'}127.0.0.1/app"
    assert "DATABASE_URL" in refusal(**{**OUTSIDE, "ENVIRONMENT": "production", "DATABASE_URL": url})


@pytest.mark.parametrize("weak", ["changethis", "password-password", "short"])
@pytest.mark.parametrize("environment", OUTSIDE_LOCAL)
def test_op01_weak_superuser_password_refuses_to_start(environment: str, weak: str) -> None:
    message = refusal(UsersSettings, ENVIRONMENT=environment, FIRST_SUPERUSER_PASSWORD=weak)
    assert "FIRST_SUPERUSER_PASSWORD" in message


@pytest.mark.parametrize("weak", ["", "changethis", "password"])
def test_op01_weak_mail_password_refuses_to_start(weak: str) -> None:
    values = {**OUTSIDE, "ENVIRONMENT": "production", "SMTP_HOST": "smtp.example.com", "SMTP_USER": "app"}
    assert "SMTP_PASSWORD" in refusal(**values, SMTP_PASSWORD=weak)


@pytest.mark.parametrize("weak", ["", "minioadmin", "k7Yw2mQx9v"])
def test_op01_weak_storage_key_refuses_to_start(weak: str) -> None:
    values = {**OUTSIDE, "ENVIRONMENT": "production", "STORAGE_URL": "s3://files", "STORAGE_ACCESS_KEY_ID": "app"}
    assert "STORAGE_SECRET_ACCESS_KEY" in refusal(**values, STORAGE_SECRET_ACCESS_KEY=weak)


@pytest.mark.parametrize("environment", OUTSIDE_LOCAL)
def test_op01_storage_has_no_default_outside_local(environment: str) -> None:
    """Files inside the container would be lost with it."""
    assert "STORAGE_URL" in refusal(ENVIRONMENT=environment, **{**OUTSIDE, "STORAGE_URL": ""})


def test_op01_refusal_does_not_print_the_secret() -> None:
    weak = "changethis-31415"
    assert "31415" not in refusal(**{**OUTSIDE, "ENVIRONMENT": "production", "SECRET_KEY": weak})
    assert "31415" not in refusal(UsersSettings, ENVIRONMENT="production", FIRST_SUPERUSER_PASSWORD=weak)


def test_op01_printed_settings_hide_secrets() -> None:
    settings = Settings(_env_file=None, SMTP_PASSWORD=STRONG, **OUTSIDE)
    assert STRONG not in repr(settings) + str(settings) + settings.model_dump_json()


def test_local_development_needs_no_secrets() -> None:
    key = Settings(_env_file=None, _secrets_dir=()).SECRET_KEY.get_secret_value()
    assert len(key) >= 32
    assert key != Settings(_env_file=None, _secrets_dir=()).SECRET_KEY.get_secret_value()


@pytest.mark.parametrize("environment", OUTSIDE_LOCAL)
def test_plain_http_refuses_to_start_outside_local_development(environment: str) -> None:
    values = {**OUTSIDE, "ENVIRONMENT": environment, "FRONTEND_URL": "http://dashboard.example.com"}
    assert "FRONTEND_URL" in refusal(**values)


@pytest.mark.parametrize(
    "url",
    [
        "dashboard.example.com",
        "ftp://a.example",
        "https://",
        "https://a.example/path",
        "*",
        "null",
        "https://a.example?x=1",
        "https://a.example#x",
        "https://user@a.example",
    ],
)
def test_frontend_url_must_be_an_origin(url: str) -> None:
    assert "FRONTEND_URL" in refusal(FRONTEND_URL=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://Dashboard.Example.com",
        "HTTPS://dashboard.example.com",
        "https://dashboard.example.com/",
        "https://dashboard.example.com:443",
    ],
)
def test_frontend_url_is_normalised_like_an_origin(url: str) -> None:
    settings = Settings(_env_file=None, **{**OUTSIDE, "ENVIRONMENT": "production", "FRONTEND_URL": url})
    assert settings.FRONTEND_URL == "https://dashboard.example.com"
    assert settings.secure_cookies


@pytest.mark.parametrize(
    "origins", ["*", "https://a.example,*", "null", "https://*.example.com", "a.example", "https://a.example/path"]
)
def test_we04_origins_must_be_named(origins: str) -> None:
    assert "BACKEND_CORS_ORIGINS" in refusal(BACKEND_CORS_ORIGINS=origins)


def test_conflicting_settings_refuse_to_start() -> None:
    assert "SMTP_TLS" in refusal(SMTP_TLS=True, SMTP_SSL=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ENVIRONMENT": "prod"},
        {"SMTP_PORT": "x"},
        {"POSTGRES_PORT": ""},
        {"DATABASE_POOL_SIZE": 0},
        {"LOG_LEVEL": "loud"},
    ],
    ids=str,
)
def test_error_for_an_invalid_value_names_the_variable(wrong: dict[str, Any]) -> None:
    assert next(iter(wrong)) in refusal(**wrong)


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, cwd=BACKEND_DIR, env=clean | environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_op01_each_invalid_variable_gets_a_readable_line() -> None:
    result = run("import app.main", ENVIRONMENT="production", SECRET_KEY="short", SMTP_PORT="x")
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert "SMTP_PORT" in result.stderr
    assert result.stderr.startswith("The settings are invalid:")


HTTPS_COOKIES = """
import json
from starlette.responses import Response
from app.auth.cookies import clear_session_cookies, set_session_cookies
from app.auth.service import Tokens
setting, clearing = Response(), Response()
set_session_cookies(setting, Tokens("token", 60, "token", 60))
clear_session_cookies(clearing)
print(json.dumps([header for each in (setting, clearing) for header in each.headers.getlist("set-cookie")]))
"""


def test_se12_https_cookie_is_bound_to_the_host() -> None:
    result = run(HTTPS_COOKIES, FRONTEND_URL="https://dashboard.example.com")
    headers = json.loads(result.stdout)
    assert len(headers) == 4
    for header in headers:
        [cookie] = SimpleCookie(header).values()
        prefix, path = ("__Secure-", "/api/v1/login") if "refresh" in cookie.key else ("__Host-", "/")
        assert cookie.key.startswith(prefix)
        assert (cookie["secure"], cookie["httponly"]) == (True, True)
        assert cookie["samesite"].lower() in ("lax", "strict")
        assert (cookie["path"], cookie["domain"]) == (path, "")
