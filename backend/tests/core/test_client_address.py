"""The client's address comes from the proxies that the settings trust, and from nothing else (PW-14)."""

from typing import Any

import pytest

from app.core.http.client_address import client_address
from app.core.limits.network import network_of

PEER = "10.0.0.9"


def scope(*forwarded: str, peer: str | None = PEER) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return {"client": peer and (peer, 1), "headers": [(b"host", b"x"), *headers, (b"forwarded", b"for=192.0.2.1")]}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, ["203.0.113.7"], PEER),
        (1, ["203.0.113.7"], "203.0.113.7"),
        (1, ["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
        (1, ["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
        (1, ["203.0.113.7, 10.1.2.3"], "10.1.2.3"),
        (2, ["6.6.6.6, 203.0.113.7, 10.1.2.3"], "203.0.113.7"),
        (2, ["203.0.113.7"], PEER),
        (1, [], PEER),
        (1, [""], PEER),
        (1, ["203.0.113.7, unknown"], PEER),
        (1, ["203.0.113.7, ‮"], PEER),
        (1, ["203.0.113.7:4711"], "203.0.113.7"),
        (1, ["[2001:db8::1]:4711"], "2001:db8::1"),
        (1, ["2001:DB8:0::1"], "2001:db8::1"),
        (1, ["::ffff:203.0.113.7"], "203.0.113.7"),
    ],
)
def test_pw14_address_is_that_of_the_last_proxies(proxies: int, forwarded: list[str], expected: str) -> None:
    assert client_address(scope(*forwarded), proxies) == expected


def test_unix_socket_has_no_address() -> None:
    assert client_address(scope(peer=None), 0) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_pw14_network_of_an_address(address: str | None, network: str) -> None:
    assert network_of(address) == network
