"""Checks of the settings alone: addresses, cookies, secrets, and settings that weaken security."""

import ipaddress
import os
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from app.core.settings import EnvSettings, Settings, check_secret
from app.core.settings.hosts import normalize_host
from app.doctor.models import Finding
from app.users.config import UsersSettings

_WHERE = "in .local/server.env, then run ./scripts/deploy"


def check_settings(settings: Settings, users: UsersSettings, *others: EnvSettings) -> list[Finding]:
    """Return findings for wrong or weak settings, and a positive one if nothing failed. `others` are the features'."""
    findings = [
        *_public_url(settings),
        *_allowed_hosts(settings),
        *_origins(settings),
        *_secrets(settings),
        *_superuser(users),
        *_weakening(settings, *others),
    ]
    ok = Finding(
        code="settings",
        state="ok",
        title="Settings",
        detail=f"{settings.ENVIRONMENT}, {settings.FRONTEND_URL}: addresses, cookies and secrets are consistent.",
    )
    return [*findings, *([] if any(finding.state == "failed" for finding in findings) else [ok])]


def _public_url(settings: Settings) -> Iterator[Finding]:
    host = urlsplit(settings.FRONTEND_URL).hostname or ""
    reach = _reach(host)
    if settings.ENVIRONMENT == "local":
        if reach != "this machine":
            yield Finding(
                code="environment-local",
                state="failed" if reach == "everywhere" else "warning",
                title="Local development at an address that others can reach",
                detail=f"ENVIRONMENT is local, but FRONTEND_URL names {host}. Anyone can create accounts with POST "
                "/private/users/, and weak secrets are accepted.",
                fix=f"On a server set DEPLOY_ENVIRONMENT=production {_WHERE}. Without Compose: ENVIRONMENT=production.",
            )
        if reach != "this machine" and not settings.secure_cookies:
            yield Finding(
                code="public-url-http",
                state="warning",
                title="Sign-in over plain http",
                detail="Passwords and session cookies are sent unencrypted, and browsers disable features that require "
                "https, such as passkeys and the clipboard.",
                fix="Serve the site over https and set FRONTEND_URL to that address.",
            )
    elif reach == "this machine":
        yield Finding(
            code="public-url-local",
            state="failed",
            title="The public address is that of the visitor's own machine",
            detail=f"FRONTEND_URL is {settings.FRONTEND_URL}. Links in mails do not work, and sign-in from any other "
            "address is refused as an unknown host or a cross-site request.",
            fix=f"Set DOMAIN to the site's domain {_WHERE}. Without Compose: FRONTEND_URL.",
        )


def _reach(host: str) -> str:
    """Return from where a host can be reached: `this machine`, `a private network` or `everywhere`."""
    if host == "localhost" or host.endswith(".localhost"):
        return "this machine"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "everywhere" if "." in host and not host.endswith((".local", ".lan")) else "a private network"
    if address.is_loopback:
        return "this machine"
    return "a private network" if address.is_private else "everywhere"


def _allowed_hosts(settings: Settings) -> Iterator[Finding]:
    invalid = [host for host in settings.ALLOWED_HOSTS if not _is_host(host)]
    if invalid:
        yield Finding(
            code="allowed-hosts",
            state="failed",
            title="ALLOWED_HOSTS contains invalid host names",
            detail=f"{', '.join(invalid)} never matches, so requests to that host get 400 `Unknown host`. A host name "
            "has no scheme, port, path or `*`.",
            fix=f"List only host names, such as api.example.com, separated by commas, {_WHERE}.",
        )


def _is_host(host: str) -> bool:
    try:
        return normalize_host(host) == host
    except ValueError:
        return False


def _origins(settings: Settings) -> Iterator[Finding]:
    if settings.ENVIRONMENT == "local":
        return
    own = _site(settings.FRONTEND_URL)
    for origin in settings.BACKEND_CORS_ORIGINS:
        fix = f"Remove {origin} from BACKEND_CORS_ORIGINS {_WHERE}"
        if _reach(urlsplit(origin).hostname or "") == "this machine":
            yield Finding(
                code="cors-local",
                state="warning",
                title="Pages on localhost can call the API",
                detail=f"Any program that runs at {origin} on a user's machine can use the user's session.",
                fix=f"{fix}.",
            )
        elif origin.startswith("http://"):
            yield Finding(
                code="cors-http",
                state="failed",
                title="Pages on plain http can call the API",
                detail=f"An attacker in the network can modify {origin} and use the user's session.",
                fix=f"{fix}, or serve that page over https and list its https origin.",
            )
        elif _site(origin) != own:
            yield Finding(
                code="cors-other-site",
                state="warning",
                title="An origin is on another site",
                detail=f"{origin} can call the API, but browsers do not send cookies from there (SameSite=Lax), so no "
                "user is signed in.",
                fix=f"Serve that page under {own}, or use bearer tokens there. Otherwise: {fix}.",
            )


def _site(origin: str) -> str:
    """Return the last two labels of the host. Two sites under co.uk count as one, since there is no suffix list."""
    return ".".join((urlsplit(origin).hostname or "").split(".")[-2:])


def _secrets(settings: Settings) -> Iterator[Finding]:
    """Report weak secrets in local development. Elsewhere they prevent the start (`unusable.py`)."""
    if "SECRET_KEY" not in settings.model_fields_set:
        yield _weak("SECRET_KEY", "It is not set, so each start generates a new one and signs out all users.")
    password = unquote(urlsplit(settings.database_url).password or "")
    values = {"SECRET_KEY": (settings.SECRET_KEY.get_secret_value(), 32), "POSTGRES_PASSWORD": (password, 12)}
    if settings.SMTP_USER:
        values["SMTP_PASSWORD"] = (settings.SMTP_PASSWORD.get_secret_value(), 8)
    for name, (value, min_length) in values.items():
        try:
            check_secret(name, value, min_length)
        except ValueError as error:
            yield _weak(name, str(error))


def _weak(name: str, detail: str) -> Finding:
    return Finding(
        code="secret-weak",
        state="warning",
        title=f"{name} is weak",
        detail=f"{detail} Outside local development the application would not start with it.",
        fix="Stop the application, delete the variable or the file of that name in .local/secrets, and run "
        "./scripts/start, which generates a random value.",
    )


def _superuser(users: UsersSettings) -> Iterator[Finding]:
    if users.ENVIRONMENT == "local":
        return
    domain = users.FIRST_SUPERUSER.rpartition("@")[2]
    if domain in ("example.com", "example.org", "example.net"):
        yield Finding(
            code="superuser-address",
            state="failed",
            title="FIRST_SUPERUSER is an example address",
            detail=f"Nobody receives mail to {users.FIRST_SUPERUSER}. Its password cannot be reset, and Let's Encrypt "
            "refuses certificates for this contact.",
            fix=f"Set FIRST_SUPERUSER to your address {_WHERE}. This creates a second account. Delete the first one "
            "under Users.",
        )


def _weakening(*all_settings: EnvSettings) -> Iterator[Finding]:
    """Report the settings that `prestart` logs as weak."""
    for source in all_settings:
        if source.ENVIRONMENT != "local":
            for name, effect in source.weak_settings():
                yield Finding(
                    code=f"weak-{name.lower().replace('_', '-')}",
                    state="warning",
                    title=f"{name} is less secure than the default",
                    detail=f"{effect[:1].upper()}{effect[1:]}.",
                    fix=f"If this is intended, leave it. Otherwise change {name} {_WHERE}.",
                )


def processes() -> int:
    """Return the number of API processes, as uvicorn and Compose read it."""
    value = os.environ.get("WEB_CONCURRENCY", "")
    return int(value) if value.isascii() and value.isdigit() else 1
