"""The sources of settings, and the errors for invalid ones."""

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from app.auth.config import AuthSettings
from app.core.features import modules
from app.core.settings import REPOSITORY_DIR, EnvSettings, Settings, load
from app.users.config import UsersSettings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*Settings.model_fields, "COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def colors(tmp_path: Path) -> type[EnvSettings]:
    """Settings with one variable, COLOR, whose files are in the test's folder."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()

    class Colors(EnvSettings):
        model_config = SettingsConfigDict(env_file=tmp_path / ".env", secrets_dir=secrets)
        COLOR: str = "default"

    return Colors


def color(settings: type[EnvSettings]) -> str:
    return str(settings.model_validate(settings().model_dump()).model_dump()["COLOR"])


def test_default_is_the_last_resort(colors: type[EnvSettings]) -> None:
    assert color(colors) == "default"


def test_secret_file_wins_over_the_default(colors: type[EnvSettings], tmp_path: Path) -> None:
    (tmp_path / "secrets" / "COLOR").write_text("secret\n")
    assert color(colors) == "secret"


def test_env_file_wins_over_the_secret_file(colors: type[EnvSettings], tmp_path: Path) -> None:
    (tmp_path / "secrets" / "COLOR").write_text("secret")
    (tmp_path / ".env").write_text("COLOR=file\n")
    assert color(colors) == "file"


def test_environment_wins_over_all(colors: type[EnvSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets" / "COLOR").write_text("secret")
    (tmp_path / ".env").write_text("COLOR=file\n")
    monkeypatch.setenv("COLOR", "environment")
    assert color(colors) == "environment"


def test_empty_value_counts_as_unset(
    colors: type[EnvSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets" / "COLOR").write_text("secret")
    (tmp_path / ".env").write_text("COLOR=\n")
    monkeypatch.setenv("COLOR", "")
    assert color(colors) == "secret"


def test_named_file_wins_over_the_env_file(
    colors: type[EnvSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "color").write_text(" named \n")
    (tmp_path / "secrets" / "COLOR").write_text("secret")
    (tmp_path / ".env").write_text("COLOR=file\n")
    monkeypatch.setenv("COLOR_FILE", str(tmp_path / "color"))
    assert color(colors) == "named"


def test_environment_wins_over_a_named_file(
    colors: type[EnvSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "color").write_text("named")
    (tmp_path / ".env").write_text(f"COLOR_FILE={tmp_path / 'color'}\n")
    assert color(colors) == "named"
    monkeypatch.setenv("COLOR", "environment")
    assert color(colors) == "environment"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe", "is not UTF-8 text")],
)
def test_file_without_a_value_is_reported(
    colors: type[EnvSettings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    reason: str,
) -> None:
    path = tmp_path / "color"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("COLOR_FILE", str(path))
    with pytest.raises(SystemExit) as caught:
        load(colors)
    [line] = str(caught.value).splitlines()
    assert f"COLOR_FILE names {path}, which" in line
    assert reason in line


@pytest.mark.parametrize("place", ["environment", "env file"])
def test_value_and_file_in_one_place_are_refused(
    colors: type[EnvSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "color").write_text("named")
    both = {"COLOR": "value", "COLOR_FILE": str(tmp_path / "color")}
    if place == "environment":
        for name, value in both.items():
            monkeypatch.setenv(name, value)
    else:
        (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in both.items()))
    with pytest.raises(SystemExit, match="COLOR and COLOR_FILE are both set"):
        load(colors)


def test_unknown_names_are_ignored(colors: type[EnvSettings], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SHAPE=round\n")
    assert color(colors) == "default"


def test_tracked_file_holds_no_secret() -> None:
    """No secret has a value in the tracked file."""
    lines = (REPOSITORY_DIR / ".env").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    secret = [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]
    assert {"SECRET_KEY", "POSTGRES_PASSWORD", "SMTP_PASSWORD"} <= set(secret)
    assert [name for name in (*secret, "FIRST_SUPERUSER_PASSWORD") if values.get(name)] == []


def test_tracked_file_loads() -> None:
    """Only this test reads the file: `tests/conftest.py` switches it off for all others."""
    path = REPOSITORY_DIR / ".env"
    classes: list[type[EnvSettings]] = [Settings, *(type(module.settings) for module in modules("config"))]
    for settings_class in classes:
        loaded = settings_class(_env_file=path, _secrets_dir=())
        assert loaded.model_config["env_file"] is None
        if isinstance(loaded, Settings):
            assert f"PROJECT_NAME={loaded.PROJECT_NAME}\n" in path.read_text()


def test_tracked_file_documents_every_setting() -> None:
    text = (REPOSITORY_DIR / ".env").read_text()
    known = {*Settings.model_fields, *AuthSettings.model_fields, *UsersSettings.model_fields}
    assert [name for name in sorted(known - {"API_V1_STR"}) if f"\n{name}=" not in text] == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", []),
        ("https://a.example", ["https://a.example"]),
        ("https://a.example, https://b.example,", ["https://a.example", "https://b.example"]),
        ('["https://a.example"]', ["https://a.example"]),
    ],
)
def test_lists_are_comma_separated_or_json(monkeypatch: pytest.MonkeyPatch, written: str, read: list[str]) -> None:
    monkeypatch.setenv("BACKEND_CORS_ORIGINS", written)
    settings = Settings(_env_file=None)
    assert read == settings.BACKEND_CORS_ORIGINS


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"DATABASE_URL": "postgresql://u:p@h:1/d"}, "postgresql+psycopg://u:p@h:1/d"),
        ({"DATABASE_URL": "postgresql+psycopg://u:p@h/d"}, "postgresql+psycopg://u:p@h/d"),
        ({"DATABASE_URL": "postgres://u:p@h/d?sslmode=require"}, "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ({"POSTGRES_PASSWORD": "p"}, "postgresql+psycopg://app:p@localhost:5432/app"),
        ({"POSTGRES_PASSWORD": "a:b@c/d%?#"}, "postgresql+psycopg://app:a%3Ab%40c%2Fd%25%3F%23@localhost:5432/app"),
    ],
)
def test_database_url_is_set_or_built_from_parts(given: dict[str, str], url: str) -> None:
    assert Settings(_env_file=None, _secrets_dir=(), **given).database_url == url  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("replica", "url"),
    [
        ("", ""),
        ("postgresql://r:2", "postgresql+psycopg://u:p@r:2/d?sslmode=require"),
        ("postgresql://v:q@r/e?sslmode=disable", "postgresql+psycopg://v:q@r/e?sslmode=disable"),
    ],
)
def test_replica_has_the_primarys_credentials(replica: str, url: str) -> None:
    primary = "postgresql://u:p@h:1/d?sslmode=require"
    settings = Settings(_env_file=None, DATABASE_URL=SecretStr(primary), DATABASE_REPLICA_URL=SecretStr(replica))
    assert settings.database_replica_url == url


def test_load_reports_each_invalid_variable_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PORT", "31415x")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(SystemExit) as caught:
        load(Settings)
    first, *lines = str(caught.value).splitlines()
    assert first == "The settings are invalid:"
    assert sorted(line.split(":")[0].strip() for line in lines) == ["LOG_LEVEL", "SMTP_PORT"]
    assert "31415x" not in str(caught.value)


def test_feature_declares_its_own_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    class PaymentSettings(EnvSettings):
        secret_lengths: ClassVar[dict[str, int]] = {"PAYMENT_KEY": 20}
        PAYMENT_KEY: SecretStr = SecretStr("")

    assert load(PaymentSettings).PAYMENT_KEY.get_secret_value() == ""
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SystemExit, match="PAYMENT_KEY"):
        load(PaymentSettings)
