"""The files with the secrets: there, not empty, closed to others, readable for the API."""

from collections.abc import Iterator
from pathlib import Path

from scripts.server.doctor.findings import Finding, failed, ok
from scripts.server.doctor.settings import SECRETS

API_USER = 10001
MAY_BE_EMPTY = ("SMTP_PASSWORD", "STORAGE_SECRET_ACCESS_KEY")


def check_secrets(folder: Path, *, api_user: int = API_USER) -> list[Finding]:
    """Strength is the application's matter, which does not start with a weak one."""
    found = [finding for name in SECRETS for finding in _check(folder / name, api_user)]
    return found or [ok("secrets", "Secrets", f"{len(SECRETS)} files, closed to others.")]


def _check(file: Path, api_user: int) -> Iterator[Finding]:
    make = f"(umask 077 && openssl rand -hex 32 > {file})"
    if file.name in MAY_BE_EMPTY:
        make = f"(umask 077 && touch {file})"
    own = f"sudo chown {api_user} {file}"
    try:
        status = file.stat()
    except FileNotFoundError:
        yield failed("secret-missing", "A secret is missing", f"There is no {file}.", f"{make} && {own}")
        return
    except PermissionError:
        detail = f"This user may not look into {file.parent}."
        yield failed("secrets-unreadable", "Secrets not checked", detail, "Run sudo ./scripts/doctor.")
        return
    if status.st_size == 0 and file.name not in MAY_BE_EMPTY:
        yield failed("secret-empty", "A secret is empty", f"{file} is empty.", f"{make} && {own}")
    if status.st_mode & 0o077:
        detail = f"{file} has mode {status.st_mode & 0o777:o}: others on this server can use it."
        yield failed("secret-open", "A secret is open to others", detail, f"chmod 600 {file}")
    elif status.st_uid != api_user:
        detail = f"{file} belongs to user {status.st_uid}, and the API runs as {api_user}: it cannot read it."
        yield failed("secret-owner", "A secret the API cannot read", detail, own)
