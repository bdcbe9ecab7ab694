"""Check the secret files: present, not empty, private, and readable by the API."""

from collections.abc import Iterator
from pathlib import Path

from scripts.server.doctor.findings import Finding, failed, ok
from scripts.server.doctor.settings import SECRETS

API_USER = 10001
MAY_BE_EMPTY = ("SMTP_PASSWORD", "STORAGE_SECRET_ACCESS_KEY")


def check_secrets(folder: Path, *, api_user: int = API_USER) -> list[Finding]:
    """Check all secret files. Not their strength: the application refuses to start with a weak secret."""
    found = [finding for name in SECRETS for finding in _check(folder / name, api_user)]
    return found or [ok("secrets", "Secrets", f"{len(SECRETS)} files, private.")]


def _check(file: Path, api_user: int) -> Iterator[Finding]:
    make = f"(umask 077 && openssl rand -hex 32 > {file})"
    if file.name in MAY_BE_EMPTY:
        make = f"(umask 077 && touch {file})"
    own = f"sudo chown {api_user} {file}"
    try:
        status = file.stat()
    except FileNotFoundError:
        yield failed("secret-missing", "A secret is missing", f"{file} does not exist.", f"{make} && {own}")
        return
    except PermissionError:
        detail = f"This user cannot read {file.parent}."
        yield failed("secrets-unreadable", "Secrets not checked", detail, "Run sudo ./scripts/doctor.")
        return
    if status.st_size == 0 and file.name not in MAY_BE_EMPTY:
        yield failed("secret-empty", "A secret is empty", f"{file} is empty.", f"{make} && {own}")
    if status.st_mode & 0o077:
        detail = f"{file} has mode {status.st_mode & 0o777:o}: other users of this server can access it."
        yield failed("secret-open", "A secret is not private", detail, f"chmod 600 {file}")
    elif status.st_uid != api_user:
        detail = f"{file} belongs to user {status.st_uid}, but the API runs as {api_user} and cannot read it."
        yield failed("secret-owner", "The API cannot read a secret", detail, own)
