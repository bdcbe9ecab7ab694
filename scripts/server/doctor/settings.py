"""`.local/server.env`: what is wrong in it can be told without starting anything."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.server.compose import ROOT, compose_files
from scripts.server.doctor.findings import Finding, failed, ok, warning

SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD", "SMTP_PASSWORD", "STORAGE_SECRET_ACCESS_KEY")
# docker-compose.yml sets them itself, from others.
SET_BY_COMPOSE = {
    "ENVIRONMENT": "DEPLOY_ENVIRONMENT",
    "FRONTEND_URL": "DOMAIN",
    "FRONTEND_DIR": "nothing: Nginx serves the dashboard",
    "POSTGRES_SERVER": "DATABASE_URL for a database elsewhere",
    "POSTGRES_PORT": "DATABASE_URL for a database elsewhere",
}
_DOMAIN = re.compile(r"(?=.{1,240}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_STACK_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_LINE = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE)
_FILE = ".local/server.env"


def read_settings(file: Path) -> dict[str, str]:
    """The variables of a `.env` file; none when there is no such file."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {name: _value(raw) for name, raw in _LINE.findall(text)}


def _value(raw: str) -> str:
    if raw[:1] in ("'", '"'):
        return raw[1:].partition(raw[0])[0]
    return re.split(r"\s+#", raw)[0].strip()


def known_names(root: Path) -> set[str]:
    """What `.env` explains and what the Compose files read."""
    return set(read_settings(root / ".env")) | set(re.findall(r"\$\{(\w+)", _compose(root)))


def secret_names(root: Path) -> set[str]:
    """The secrets of all Compose files, those of features included."""
    return set(re.findall(r"^    file: \S+/([A-Z_]+)$", _compose(root), re.MULTILINE))


def _compose(root: Path) -> str:
    return "\n".join((root / name).read_text(encoding="utf-8") for name in compose_files(root))


def check_settings(settings: Mapping[str, str], known: set[str]) -> list[Finding]:
    """`settings` are those of the server's own file."""
    found = [*_names(settings, known), *_values(settings)]
    return found or [ok("server-env", "Server settings", f"{_FILE} names {settings.get('DOMAIN')}.")]


def _names(settings: Mapping[str, str], known: set[str]) -> Iterator[Finding]:
    secrets = secret_names(ROOT)
    for name in settings:
        if name in secrets:
            detail = f"{_FILE} holds {name}: it shows in docker inspect, and wins over the secret file."
            fix = f"Move the value into .local/secrets/{name}, delete the line, and set a new one where others saw it."
            yield failed("secret-in-settings", "A secret among the settings", detail, fix)
        elif name in SET_BY_COMPOSE:
            detail = f"{_FILE} sets {name}, which docker-compose.yml overwrites."
            fix = f"Delete the line. What you want is set by {SET_BY_COMPOSE[name]}."
            yield warning("server-env-ignored", "A setting without effect", detail, fix)
        elif name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            detail = f"Nothing reads {name} of {_FILE}."
            fix = f"Write {near[0]}." if near else "Compare it with .env and docs/operations/settings.md, or delete it."
            yield warning("server-env-unknown", "An unknown setting", detail, fix)


def _values(settings: Mapping[str, str]) -> Iterator[Finding]:
    domain = settings.get("DOMAIN", "")
    if not domain or domain == "localhost":
        fix = f"Write DOMAIN=example.com, with your domain, into {_FILE}."
        yield failed("domain", "No domain", f"{_FILE} sets no DOMAIN: the site would be dashboard.localhost.", fix)
    elif not _DOMAIN.fullmatch(domain):
        detail = f"DOMAIN is {domain}: it has to be a bare name in lower case, without scheme, port, path or blanks."
        fix = "Write it like example.com; the site is dashboard.example.com and api.example.com."
        yield failed("domain", "DOMAIN is no domain", detail, fix)
    stack = settings.get("STACK_NAME", "app")
    if not _STACK_NAME.fullmatch(stack):
        detail = f"STACK_NAME is {stack}: Docker takes lower-case letters, digits, - and _ only."
        yield failed("stack-name", "STACK_NAME cannot be used", detail, "Write it like app-production.")
    if _is_on(settings.get("SMTP_SSL")) and _is_on(settings.get("SMTP_TLS", "true")):
        fix = "Port 465: SMTP_SSL=true and SMTP_TLS=false. Port 587: the other way round."
        yield failed("smtp-tls-and-ssl", "Two kinds of TLS", "SMTP_TLS and SMTP_SSL exclude each other.", fix)
    environment = settings.get("DEPLOY_ENVIRONMENT", "production")
    if environment not in ("staging", "production"):
        detail = f"DEPLOY_ENVIRONMENT is {environment}: everybody could make accounts, and weak secrets are taken."
        yield failed("deploy-environment", "Not an environment of a server", detail, "Write production or staging.")


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in ("1", "true", "yes", "on", "t", "y")
