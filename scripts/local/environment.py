"""The settings of the stack's processes: from the environment, then `.env`, then the generated secrets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from scripts.local.layout import PYTHONPATH, ROOT

OUTSIDE = (
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "POSTGRES_SERVER",
    "POSTGRES_PORT",
    "POSTGRES_DIRECT_SERVER",
    "SMTP_HOST",
    "FRONTEND_URL",
    "STORAGE_URL",
    "REDIS_URL",
)
LOCAL_SERVERS = ("localhost", "127.0.0.1", "::1", "[::1]")
# What the programs of others need, such as npm and PostgreSQL: no setting and no secret of the application.
SYSTEM = {
    *(
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "TERM",
        "TZ",
        "LANG",
        "LANGUAGE",
        "TMPDIR",
        "CI",
        "NO_COLOR",
        "LD_LIBRARY_PATH",
    ),
    # From where and how to download. The lock files decide what.
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"),
    *(f"NPM_CONFIG_{name}" for name in ("REGISTRY", "CACHE", "USERCONFIG", "CAFILE", "PROXY", "HTTPS_PROXY")),
    *("NPM_TOKEN", "NODE_AUTH_TOKEN", "NODE_OPTIONS", "UV_CACHE_DIR"),
    "STACK_DATA_DIR",
}
SYSTEM_PREFIXES = ("LC_", "XDG_", "VITE_")
MANY_REQUESTS = {
    "RATE_LIMIT_SIGN_IN": "1000",
    "RATE_LIMIT_WRITES": "100000000",
    "RATE_LIMIT_READS": "100000000",
}
"""Limits for tests and measurements, which send the requests of many users from one address. They are still counted."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def system_environment() -> dict[str, str]:
    """Return the environment for a program of others."""
    return {
        name: value
        for name, value in without_proxy_on_this_machine(os.environ).items()
        if name.upper() in SYSTEM or name.startswith(SYSTEM_PREFIXES)
    }


def without_proxy_on_this_machine(environment: Mapping[str, str]) -> dict[str, str]:
    """Add this machine to `NO_PROXY`: a proxy for the internet cannot reach our own ports."""
    given = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    named = [name for name in given.split(",") if name.strip()]
    value = ",".join([*named, *(name for name in LOOPBACK if name not in named)])
    return {**environment, "NO_PROXY": value, "no_proxy": value}


@dataclass(frozen=True)
class Environment:
    """Settings as the application reads them, including secrets."""

    settings: Mapping[str, str]
    isolated: bool

    def get(self, name: str, default: str = "") -> str:
        return self.settings.get(name, default)

    @property
    def outside_database(self) -> str:
        """The URL of a database that the stack does not start; empty for the embedded one."""
        if url := self.get("DATABASE_URL"):
            return url
        server = self.get("POSTGRES_SERVER").strip() or "localhost"
        if server.lower() in LOCAL_SERVERS:
            return ""
        login = ":".join(quote(self.get(name), safe="") for name in ("POSTGRES_USER", "POSTGRES_PASSWORD"))
        # In the query, the server can also be an IPv6 address or the directory of a Unix socket.
        place = f"host={quote(server, safe='')}&port={self.port('POSTGRES_PORT', 5432)}"
        return f"postgresql://{login}@/{quote(self.get('POSTGRES_DB', 'app'), safe='')}?{place}"

    def port(self, name: str, default: int) -> int:
        """Return a port. Exits with one line if it is not a number."""
        text = self.get(name, str(default)).strip()
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= 65535):
            raise SystemExit(f"{name} is not a port. Write a number from 1 to 65535.")
        return int(text)

    @property
    def has_outside_smtp(self) -> bool:
        return bool(self.get("SMTP_HOST"))

    def origin(self, port: int) -> str:
        """The dashboard's origin. `.env` cannot know the port, but the environment can name a proxy."""
        given = "" if self.isolated else os.environ.get("FRONTEND_URL", "")
        return given or f"http://localhost:{port}"

    def for_application(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a process of the application, whose settings can be in ours."""
        secrets = {name: self.settings[name] for name in ("SECRET_KEY", "FIRST_SUPERUSER_PASSWORD")}
        local = {"ENVIRONMENT": "local"} if self.isolated else {}
        python = {"PYTHONPATH": PYTHONPATH, "PYTHONUNBUFFERED": "1"}
        return {**without_proxy_on_this_machine(os.environ), **secrets, **local, **python, **changes}


def read_environment(secrets: Mapping[str, str], *, isolated: bool, root: Path = ROOT) -> Environment:
    """Merge the sources. An empty value counts as unset.

    An `isolated` stack never leaves this machine: it ignores settings that point outside.
    """
    from dotenv import dotenv_values  # imported here, so that --help works before the packages are installed

    found = {**secrets}
    try:
        tracked = dotenv_values(root / ".env")
    except UnicodeDecodeError:
        raise SystemExit(f"{root / '.env'} is not UTF-8 text. Save it in this encoding.") from None
    for source in (tracked, os.environ):
        found.update({name: value for name, value in source.items() if value})
    if isolated:
        for name in OUTSIDE:
            found.pop(name, None)
        found.update(secrets)
    return Environment(found, isolated)
