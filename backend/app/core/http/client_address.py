"""The address of the client, for limits and logs.

Each proxy adds the address of who connected to it at the end of X-Forwarded-For. Only as many of the last entries as
there are trusted proxies are true: a client can send all the others.
"""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope


def client_address(scope: Scope, trusted_proxies: int) -> str | None:
    """Return the address, or None without one, as on a Unix socket. Without enough valid entries, it is the peer's."""
    peer: str | None = scope["client"][0] if scope["client"] else None
    if not trusted_proxies:
        return peer
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    entries = b",".join(lines).split(b",")
    if len(entries) < trusted_proxies:
        return peer
    return _address(entries[-trusted_proxies]) or peer


@lru_cache(1_000)
def _address(entry: bytes) -> str | None:
    """Return the address of an entry. Some proxies add the port."""
    text = entry.strip().decode("latin-1")
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)
