"""The local secrets: made once, kept in files that only their owner reads, named like the settings that they fill."""

import secrets
from pathlib import Path

from scripts.server.files import write_private

NAMES = ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD", "BACKUP_KEY")


def ensure_secrets(folder: Path) -> dict[str, str]:
    """Make the secrets that are missing in `folder` and return all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return {name: _ensure(folder / name) for name in NAMES}


def _ensure(path: Path) -> str:
    if not _read(path):
        path.unlink(missing_ok=True)  # an empty file is a leftover, not a secret
        write_private(path, _new(path.name) + "\n", keep=True)
    path.chmod(0o600)
    return _read(path)


def _new(name: str) -> str:
    if name == "BACKUP_KEY":  # an identity of age
        from pyrage.x25519 import Identity  # here, so that --help works before the packages are installed

        return str(Identity.generate())
    return secrets.token_urlsafe(32)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
