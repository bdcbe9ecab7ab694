"""What can be told from the settings alone: addresses, cookies, secrets, what weakens the site."""

import ipaddress
import os
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from app.core.settings import EnvSettings, Settings, check_secret
from app.doctor.models import Finding
from app.users.config import UsersSettings

_WHERE = "in .local/server.env, then ./scripts/deploy"
_HOST = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\]")


def check_settings(settings: Settings, users: UsersSettings, *others: EnvSettings) -> list[Finding]:
    """Findings about what is wrong or weak, or one that says that nothing is. `others` are those of all features."""
    found = [
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
        detail=f"{settings.ENVIRONMENT}, {settings.FRONTEND_URL}; addresses, cookies and secrets fit together.",
    )
    return [*found, *([] if any(each.state == "failed" for each in found) else [ok])]


def _public_url(settings: Settings) -> Iterator[Finding]:
    host = urlsplit(settings.FRONTEND_URL).hostname or ""
    where = _reach(host)
    if settings.ENVIRONMENT == "local":
        if where != "this machine":
            yield Finding(
                code="environment-local",
                state="failed" if where == "everywhere" else "warning",
                title="Local development at an address that others can reach",
                detail=f"ENVIRONMENT is local and FRONTEND_URL names {host}: POST /private/users/ makes accounts "
                "for anybody, and weak secrets are taken.",
                fix=f"On a server set DEPLOY_ENVIRONMENT=production {_WHERE}. Without Compose: ENVIRONMENT=production.",
            )
        if where != "this machine" and not settings.secure_cookies:
            yield Finding(
                code="public-url-http",
                state="warning",
                title="Sign-in over plain http",
                detail="Cookies are not Secure, so passwords and sessions cross the network in the clear, and "
                "browsers switch off what they keep for https, such as passkeys and the clipboard.",
                fix="Serve the site over https and write that address into FRONTEND_URL.",
            )
    elif where == "this machine":
        yield Finding(
            code="public-url-local",
            state="failed",
            title="The public address leads to the visitor's own machine",
            detail=f"FRONTEND_URL is {settings.FRONTEND_URL}: links in mails lead nowhere, and signing in from "
            "any other address is refused, as a foreign host or as a cross-site request.",
            fix=f"Set DOMAIN to the site's domain {_WHERE}. Without Compose: FRONTEND_URL.",
        )


def _reach(host: str) -> str:
    """Who can open an address with this host: `this machine`, `a private network`, `everywhere`."""
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
    wrong = [host for host in settings.ALLOWED_HOSTS if not _HOST.fullmatch(host)]
    if wrong:
        yield Finding(
            code="allowed-hosts",
            state="failed",
            title="ALLOWED_HOSTS has what is no host name",
            detail=f"{', '.join(wrong)}: never matches, so requests to that host get 400 `Unknown host`. A name has "
            "no scheme, port, path or `*`.",
            fix=f"Write names only, such as api.example.com, separated by commas, {_WHERE}.",
        )


def _origins(settings: Settings) -> Iterator[Finding]:
    if settings.ENVIRONMENT == "local":
        return
    own = _site(settings.FRONTEND_URL)
    for origin in settings.BACKEND_CORS_ORIGINS:
        fix = f"Take {origin} out of BACKEND_CORS_ORIGINS {_WHERE}"
        if _reach(urlsplit(origin).hostname or "") == "this machine":
            yield Finding(
                code="cors-local",
                state="warning",
                title="A page on localhost may call the API",
                detail=f"Whatever runs at {origin} on a user's machine acts with the user's session.",
                fix=f"{fix}.",
            )
        elif origin.startswith("http://"):
            yield Finding(
                code="cors-http",
                state="failed",
                title="A page on plain http may call the API",
                detail=f"Whoever is on the network between can change {origin} and act with the user's session.",
                fix=f"{fix}, or serve that page over https and name it so.",
            )
        elif _site(origin) != own:
            yield Finding(
                code="cors-other-site",
                state="warning",
                title="An origin on another site",
                detail=f"{origin} may call the API, but browsers send it no cookies (SameSite=Lax): nobody is "
                "signed in there.",
                fix=f"Serve that page below {own}, let it use bearer tokens, or: {fix}.",
            )


def _site(origin: str) -> str:
    """The last two labels. Without the public suffix list, two sites below co.uk count as one."""
    return ".".join((urlsplit(origin).hostname or "").split(".")[-2:])


def _secrets(settings: Settings) -> Iterator[Finding]:
    """Outside local development these stop the start (`unusable.py`)."""
    if "SECRET_KEY" not in settings.model_fields_set:
        yield _weak("SECRET_KEY", "It is not set, so each start makes another and signs everybody out.")
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
        detail=f"{detail} It would not start outside local development.",
        fix="Stop what runs, delete the file of that name in .local/secrets or the variable, and run ./scripts/start, "
        "which makes a random one.",
    )


def _superuser(users: UsersSettings) -> Iterator[Finding]:
    if users.ENVIRONMENT == "local":
        return
    domain = users.FIRST_SUPERUSER.rpartition("@")[2]
    if domain in ("example.com", "example.org", "example.net"):
        yield Finding(
            code="superuser-address",
            state="failed",
            title="FIRST_SUPERUSER is an example",
            detail=f"Mail to {users.FIRST_SUPERUSER} reaches nobody: its password cannot be reset, and Let's Encrypt "
            "refuses certificates for such a contact.",
            fix=f"Set FIRST_SUPERUSER to your address {_WHERE}. It makes a second account; delete the first in Users.",
        )


def _weakening(*all_settings: EnvSettings) -> Iterator[Finding]:
    """What `prestart` logs, too (OP-08)."""
    for each in all_settings:
        if each.ENVIRONMENT != "local":
            for name, opens in each.weak_settings():
                yield Finding(
                    code=f"weak-{name.lower().replace('_', '-')}",
                    state="warning",
                    title=f"{name} opens more than it could",
                    detail=f"{opens[:1].upper()}{opens[1:]}.",
                    fix=f"Leave it when that is meant; else change {name} {_WHERE}.",
                )


def processes() -> int:
    """Of the API, as uvicorn and Compose read it."""
    value = os.environ.get("WEB_CONCURRENCY", "")
    return int(value) if value.isascii() and value.isdigit() else 1
