"""Findings about settings that stop every process at its start, made from what `core/config.load` says."""

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
    """One finding for each wrong variable, with its name in the code: `setting-secret-key`."""
    return list(_findings(message))


def _findings(message: str) -> Iterator[Finding]:
    first, *lines = message.splitlines()
    if not lines:
        yield Finding(
            code="settings-unreadable",
            state="failed",
            title="The settings cannot be read",
            detail=first,
            fix="On a server: sudo chown 10001 .local/secrets/* (the API's user), then recreate the containers.",
        )
    for line in lines:
        name, detail = _named(line.strip())
        yield Finding(
            code=f"setting-{name.lower().replace('_', '-')}",
            state="failed",
            title=f"{name} is not usable",
            detail=f"{detail} Nothing starts until this is right.",
            fix=_fix(name),
        )


def _named(line: str) -> tuple[str, str]:
    """`line` is `VARIABLE: message`, or `settings: message` when the message names the variable."""
    place, _, message = line.partition(": ")
    named = _NAME.search(message)
    name = place if place != "settings" else named[0] if named else "settings"
    return name.split(".")[0], message if message.endswith(".") else f"{message}."


def _fix(name: str) -> str:
    if name in _SECRETS:
        return (
            f"Put a random value into the file .local/secrets/{name} (openssl rand -hex 32), on a server with "
            "sudo chown 10001, then recreate the containers."
        )
    return f"Correct {name} in .local/server.env (on a laptop: .env); .env explains each name."
