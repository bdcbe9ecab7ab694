"""Check `.local/server.env` without starting anything."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from scripts.server.compose import ROOT, compose_files
from scripts.server.doctor.findings import Finding, failed, ok, warning

SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "FIRST_SUPERUSER_PASSWORD", "SMTP_PASSWORD", "STORAGE_SECRET_ACCESS_KEY")
# docker-compose.yml sets these itself, from other settings.
SET_BY_COMPOSE = {
    "ENVIRONMENT": "DEPLOY_ENVIRONMENT",
    "FRONTEND_URL": "DOMAIN",
    "FRONTEND_DIR": "",
    "POSTGRES_SERVER": "DATABASE_URL",
    "POSTGRES_PORT": "DATABASE_URL",
}
_DOMAIN = re.compile(r"(?=.{1,240}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_STACK_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_LINE = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$", re.MULTILINE)
_VARIABLE = re.compile(r"\$(\w|\{)")
_FILE = ".local/server.env"


def read_settings(file: Path) -> dict[str, str]:
    """Return the variables of a `.env` file; none if the file does not exist."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {name: _value(raw) for name, raw in _LINE.findall(text)}


def _value(raw: str) -> str:
    if raw[:1] in ("'", '"'):
        return raw[1:].partition(raw[0])[0]
    return re.split(r"\s+#", raw)[0].strip()


def replaced_by_compose(file: Path) -> list[str]:
    """Return the settings with a `$` that Compose replaces: it is in single quotes nowhere, and is not `$$`."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    lines = _LINE.findall(text)
    return [name for name, raw in lines if not raw.startswith("'") and _VARIABLE.search(raw.replace("$$", ""))]


def known_names(root: Path) -> set[str]:
    """Return the settings in `.env` and those that the Compose files read."""
    return set(read_settings(root / ".env")) | set(re.findall(r"\$\{(\w+)", _compose(root)))


def secret_names(root: Path) -> set[str]:
    """Return the secrets in all Compose files, including those of features."""
    return set(re.findall(r"^    file: \S+/([A-Z_]+)$", _compose(root), re.MULTILINE))


def _compose(root: Path) -> str:
    return "\n".join((root / name).read_text(encoding="utf-8") for name in compose_files(root))


def check_settings(settings: Mapping[str, str], known: set[str], replaced: Sequence[str] = ()) -> list[Finding]:
    """Check `settings`, the content of the server's own file. `replaced` are those of `replaced_by_compose`."""
    found = [*_names(settings, known), *_values(settings), *map(_replaced, replaced)]
    return found or [ok("server-env", "Server settings", f"{_FILE} is valid, for {settings.get('DOMAIN')}.")]


def _names(settings: Mapping[str, str], known: set[str]) -> Iterator[Finding]:
    secrets = secret_names(ROOT)
    for name in settings:
        if name in secrets:
            detail = f"{_FILE} contains {name}: docker inspect shows it, and it overrides the secret file."
            fix = f"Move the value to .local/secrets/{name} and delete the line. Use a new value if others saw it."
            yield failed("secret-in-settings", "A secret among the settings", detail, fix)
        elif name in SET_BY_COMPOSE:
            instead = SET_BY_COMPOSE[name]
            detail = f"{_FILE} sets {name}, which docker-compose.yml overrides."
            fix = f"Set {instead} instead, and delete the line." if instead else "Delete the line."
            yield warning("server-env-ignored", "A setting without effect", detail, fix)
        elif name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            detail = f"Nothing reads {name} from {_FILE}."
            fix = (
                f"Rename it to {near[0]}."
                if near
                else "Compare it with .env and docs/running/settings.md, or delete it."
            )
            yield warning("server-env-unknown", "An unknown setting", detail, fix)


def _replaced(name: str) -> Finding:
    detail = f"{name} in {_FILE} contains a $, and Compose replaces what follows it by the value of a variable."
    return failed("server-env-dollar", "A $ in a setting", detail, f"Write it in single quotes: {name}='...'.")


def _values(settings: Mapping[str, str]) -> Iterator[Finding]:
    domain = settings.get("DOMAIN", "")
    if not domain or domain == "localhost":
        fix = f"Add DOMAIN=example.com, with your domain, to {_FILE}."
        yield failed("domain", "No domain", f"{_FILE} does not set DOMAIN: the site is dashboard.localhost.", fix)
    elif not _DOMAIN.fullmatch(domain):
        detail = f"DOMAIN is {domain}. It must be a bare lower-case name, without scheme, port, path or spaces."
        fix = "Write it like example.com. The site is then dashboard.example.com and api.example.com."
        if not domain.isascii():
            fix = "Traefik reads only ASCII. Write the domain in its ASCII form, such as xn--bcher-kva.example."
        yield failed("domain", "DOMAIN is not a domain name", detail, fix)
    stack = settings.get("STACK_NAME", "app")
    if not _STACK_NAME.fullmatch(stack):
        detail = f"STACK_NAME is {stack}. Docker allows only lower-case letters, digits, - and _."
        yield failed("stack-name", "STACK_NAME is not valid", detail, "Write it like app-production.")
    if _is_on(settings.get("SMTP_SSL")) and _is_on(settings.get("SMTP_TLS", "true")):
        fix = "For port 465 set SMTP_SSL=true and SMTP_TLS=false; for port 587 the opposite."
        detail = "SMTP_TLS and SMTP_SSL are both on, but exclude each other."
        yield failed("smtp-tls-and-ssl", "Two kinds of TLS", detail, fix)
    environment = settings.get("DEPLOY_ENVIRONMENT", "production")
    if environment not in ("staging", "production"):
        detail = f"DEPLOY_ENVIRONMENT is {environment}: anyone can create accounts, and weak secrets are accepted."
        yield failed("deploy-environment", "Not a server environment", detail, "Set it to production or staging.")


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in ("1", "true", "yes", "on", "t", "y")
