"""Base of all settings. Sources, the strongest first: the environment, `NAME_FILE`, the tracked `.env`, secret files.

A feature defines its own settings in its `config.py`, as a subclass of `EnvSettings`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from app.core.settings.files import FileVariables

BACKEND_DIR = Path(__file__).resolve().parents[3]
REPOSITORY_DIR = BACKEND_DIR.parent

# The path of another file, or an empty string for none. Tests set it: they run with the defaults of the settings.
_ENV_FILE = os.environ.get("DOTENV_PATH", str(REPOSITORY_DIR / ".env")) or None
_SECRET_DIRS = (REPOSITORY_DIR / ".local" / "secrets", Path("/run/secrets"))
_WELL_KNOWN = (
    *("changethis", "change-me", "changeme", "secret", "password", "postgres", "admin", "example"),
    *("insecure", "default", "123456", "qwerty", "letmein"),
)
_MIN_DISTINCT_CHARACTERS = 6

SettingsT = TypeVar("SettingsT", bound="EnvSettings")


class EnvSettings(BaseSettings):
    """Base class of settings. An empty value counts as unset, and unknown names are ignored."""

    model_config = SettingsConfigDict(
        env_file=_ENV_FILE,
        secrets_dir=[path for path in _SECRET_DIRS if path.is_dir()],
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    ENVIRONMENT: Literal["local", "staging", "production"] = "local"

    secret_lengths: ClassVar[dict[str, int]] = {}
    """Minimum length of each secret by its name, enforced outside local development."""

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        """Yield settings that are allowed but less secure than the default: the variable's name and the effect."""
        yield from ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = FileVariables(settings_cls, env_settings, dotenv_settings)
        return init_settings, env_settings, files, dotenv_settings, file_secret_settings

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: Any, info: ValidationInfo) -> Any:
        """Remove surrounding spaces; only spaces count as unset. Only secrets can have several lines."""
        field = cls.model_fields[info.field_name or ""]
        if not isinstance(value, str):
            return value
        is_secret = field.annotation is SecretStr
        cleaned = value.replace("\n", "") if is_secret else value.strip()
        if any(char < " " or char == "\x7f" for char in cleaned):
            raise ValueError("It contains a line break or another control character. Remove it.")
        if value and not cleaned and not is_secret:
            return field.get_default(call_default_factory=True)
        return value if is_secret else cleaned

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        if self.ENVIRONMENT != "local":
            for name, min_length in self.secret_lengths.items():
                check_secret(name, getattr(self, name).get_secret_value(), min_length)
        return self


def check_secret(name: str, value: str, min_length: int) -> None:
    """Raise a `ValueError` that names the variable if the secret is missing, well-known, repetitive or short."""
    if not value:
        raise ValueError(f"{name} is not set. Outside local development it has no default.")
    if any(word in value.lower() for word in _WELL_KNOWN):
        raise ValueError(f"{name} contains a well-known value. Set a random one.")
    if len(set(value)) < _MIN_DISTINCT_CHARACTERS:
        raise ValueError(f"{name} repeats the same few characters. Set a random value.")
    if len(value) < min_length:
        raise ValueError(f"{name} is too short. Use at least {min_length} random characters.")


def load(settings_class: type[SettingsT]) -> SettingsT:
    """Read the settings, or exit with one readable line for each invalid variable."""
    try:
        return settings_class()
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)
        ]
        raise SystemExit("The settings are invalid:\n" + "\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SystemExit(f"The settings cannot be read: {_not_utf8()} is not UTF-8 text.") from None
    except (OSError, SettingsError) as error:
        raise SystemExit(f"The settings cannot be read as user {os.getuid()}: {error}") from None


def _not_utf8() -> str:
    """Return the first file of settings that is not UTF-8, since the error does not name it."""
    paths = [Path(_ENV_FILE or ""), *(path for folder in _SECRET_DIRS if folder.is_dir() for path in folder.iterdir())]
    for path in filter(Path.is_file, paths):
        try:
            path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return str(path)
    return "a file"
