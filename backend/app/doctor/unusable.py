"""Findings for invalid settings, which prevent every process from starting, parsed from `core/settings/base.load`."""

import re
from collections.abc import Iterator

from app.doctor.models import Finding

_NAME = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\bENVIRONMENT\b")
_SECRETS = {
    "SECRET_KEY",
    "POSTGRES_PASSWORD",
    "FIRST_SUPERUSER_PASSWORD",
    "SMTP_PASSWORD",
    "STORAGE_SECRET_ACCESS_KEY",
}


def unusable_settings(message: str) -> list[Finding]:
    """Return a finding for each invalid variable, with its name in the code, such as `setting-secret-key`."""
    return list(_findings(message))


def _findings(message: str) -> Iterator[Finding]:
    first, *lines = message.splitlines()
    if not lines:
        yield Finding(
            code="settings-unreadable",
            state="failed",
            title="The settings cannot be read",
            detail=first,
            fix="On a server, run sudo chown 10001 .local/secrets/* (the API's user) and recreate the containers.",
        )
    for line in lines:
        name, detail = _named(line.strip())
        yield Finding(
            code=f"setting-{name.lower().replace('_', '-')}",
            state="failed",
            title=f"{name} is invalid",
            detail=f"{detail} The application does not start until this is corrected.",
            fix=_fix(name),
        )


def _named(line: str) -> tuple[str, str]:
    """Split a line into variable and message. It is `VARIABLE: message`, or `settings: message` with the name in it."""
    place, _, message = line.partition(": ")
    named = _NAME.search(message)
    name = place if place != "settings" else named[0] if named else "settings"
    return name.split(".")[0], message if message.endswith(".") else f"{message}."


def _fix(name: str) -> str:
    if name in _SECRETS:
        return (
            f"Write a random value (openssl rand -hex 32) to the file .local/secrets/{name}. On a server, also run "
            "sudo chown 10001 on it. Then recreate the containers."
        )
    return f"Correct {name} in .local/server.env (on a laptop: .env). .env explains each variable."
