"""URLs of databases, which libpq, psycopg and SQLAlchemy all read alike."""

from collections.abc import Mapping
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict


def read_url(url: str) -> dict[str, str]:
    """Return the URL's parameters of libpq. Raises `ValueError`, without the URL, which has a password."""
    scheme, separator, rest = url.partition("://")
    if not url:
        return {}
    try:
        if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise psycopg.ProgrammingError
        found = {name: str(value) for name, value in conninfo_to_dict(f"postgresql://{rest}").items()}
        # These are parts of a password that is not encoded.
        if "@" in found.get("host", "") or not found.get("port", "0").replace(",", "0").isdigit():
            raise psycopg.ProgrammingError
    except psycopg.ProgrammingError:
        raise ValueError(
            "Write it like postgresql://user:password@host:5432/database, with special characters of the user and the "
            "password as percent codes (@ is %40, / is %2F)"
        ) from None
    return found


def build_url(parameters: Mapping[str, str]) -> str:
    """Return a SQLAlchemy URL. Hosts that a URL cannot contain, such as the directory of a socket, are in its query."""
    rest = dict(parameters)
    user, password, database = (rest.pop(name, "") for name in ("user", "password", "dbname"))
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    server = ""
    if not {"/", "@", ","} & set(rest.get("host", "/")):
        host, port = rest.pop("host"), rest.pop("port", "")
        server = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    if "port" in rest and "," not in rest["port"]:  # SQLAlchemy needs one for each host
        rest["port"] = ",".join([rest["port"]] * (rest.get("host", "").count(",") + 1))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(rest.items()))
    path = f"/{quote(database, safe='')}"
    return f"postgresql+psycopg://{login}{'@' if login else ''}{server}{path}{'?' if query else ''}{query}"
