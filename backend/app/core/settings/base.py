"""Settings: the environment first, then what `NAME_FILE` names, then the tracked `.env`, then one file per secret.

A feature's own settings live in its `config.py`, as a subclass of `EnvSettings`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal, Self, TypeVar

from pydantic import (
    ValidationError,
    model_validator,
)
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
_LEAST_DIFFERENT = 6

SettingsT = TypeVar("SettingsT", bound="EnvSettings")


class EnvSettings(BaseSettings):
    """Base of all settings. An empty value counts as unset, an unknown name is ignored."""

    model_config = SettingsConfigDict(
        env_file=_ENV_FILE,
        secrets_dir=[path for path in _SECRET_DIRS if path.is_dir()],
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    ENVIRONMENT: Literal["local", "staging", "production"] = "local"

    secret_lengths: ClassVar[dict[str, int]] = {}
    """Secrets by name with their least length, demanded outside local development."""

    def weak_settings(self) -> Iterator[tuple[str, str]]:
        """What is allowed but opens more than the default does: the variable, and what it opens."""
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

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        if self.ENVIRONMENT != "local":
            for name, min_length in self.secret_lengths.items():
                check_secret(name, getattr(self, name).get_secret_value(), min_length)
        return self


def check_secret(name: str, value: str, min_length: int) -> None:
    """Raises ValueError, which names the variable, for a missing, well-known or short secret."""
    if not value:
        raise ValueError(f"{name} is not set. Outside local development it has no default.")
    if any(word in value.lower() for word in _WELL_KNOWN):
        raise ValueError(f"{name} is a well-known value. Set a random one.")
    if len(set(value)) < _LEAST_DIFFERENT:
        raise ValueError(f"{name} repeats a few characters. Set a random one.")
    if len(value) < min_length:
        raise ValueError(f"{name} is too short: use at least {min_length} random characters.")


def load(settings_class: type[SettingsT]) -> SettingsT:
    """Reads settings, or ends the process with one readable line for each wrong variable."""
    try:
        return settings_class()
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)
        ]
        raise SystemExit("The settings are not usable:\n" + "\n".join(lines)) from None
    except (OSError, SettingsError) as error:
        raise SystemExit(f"The settings cannot be read as user {os.getuid()}: {error}") from None
