"""Local secrets: generated once, in files that only the owner can read, each named after its setting."""

import importlib
import pkgutil
import secrets
from collections.abc import Callable
from pathlib import Path

from scripts.local import feature_secrets
from scripts.server.files import write_private

NAMES = ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD")


def ensure_secrets(folder: Path) -> dict[str, str]:
    """Generate the secrets that are missing in `folder` and return all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    makers: dict[str, Callable[[], str]] = dict.fromkeys(NAMES, lambda: secrets.token_urlsafe(32))
    for module in pkgutil.iter_modules(feature_secrets.__path__):
        makers |= importlib.import_module(f"{feature_secrets.__name__}.{module.name}").SECRETS
    return {name: _ensure(folder / name, make) for name, make in makers.items()}


def _ensure(path: Path, make: Callable[[], str]) -> str:
    if not _read(path):
        path.unlink(missing_ok=True)  # an empty file counts as missing
        write_private(path, make() + "\n", keep=True)
    path.chmod(0o600)
    return _read(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SystemExit(f"The secret {path} cannot be read: {reason}.") from None
