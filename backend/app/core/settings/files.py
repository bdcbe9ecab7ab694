"""`NAME_FILE=/path` reads the setting `NAME` from a file, as is common in Docker and Kubernetes."""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsError

_SUFFIX = "_FILE"


class FileVariables(PydanticBaseSettingsSource):
    """Settings source for `NAME_FILE` variables. `sources` are the environment and `.env`, in order of precedence."""

    def __init__(self, settings_class: type[BaseSettings], *sources: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_class)
        self._variables = [source.env_vars for source in sources if isinstance(source, EnvSettingsSource)]

    def __call__(self) -> dict[str, Any]:
        found = {name: self._value(name) for name in self.settings_cls.model_fields}
        return {name: value for name, value in found.items() if value is not None}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._value(field_name), field_name, False

    def _value(self, name: str) -> str | None:
        file_variable = name + _SUFFIX
        for variables in self._variables:
            if path := variables.get(file_variable.lower()):
                if variables.get(name.lower()):
                    raise SettingsError(f"{name} and {file_variable} are both set. Remove one of them.")
                return _read(file_variable, Path(path))
        return None


def _read(variable: str, path: Path) -> str:
    """Return the file's text without surrounding whitespace. Raises `SettingsError`."""
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{variable} names {path}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{variable} names {path}, which is not UTF-8 text.") from None
    if not value:
        raise SettingsError(f"{variable} names {path}, which is empty.")
    return value
