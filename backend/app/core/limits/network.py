"""The network that a client counts as."""

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address


@lru_cache(1_000)
def network_of(address: str | None) -> str:
    """Return an IPv4 address, or the /64 of an IPv6 address: one customer has at least that many addresses."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"  # a Unix socket
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))
