import socket
from collections.abc import Iterator

import pytest

from scripts.local.ports import PortTakenError, any_free_port, exact_port, is_free, next_free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_taken_default_port_moves_to_the_next(taken: int) -> None:
    found = next_free_port(taken)
    assert found != taken
    assert is_free(found)


def test_port_to_avoid_is_skipped() -> None:
    port = any_free_port()
    assert next_free_port(port, avoid={port}) != port


def test_exact_port_is_returned_or_refused(taken: int) -> None:
    free = any_free_port()
    assert exact_port(free) == free
    with pytest.raises(PortTakenError, match=str(taken)):
        exact_port(taken)


def test_listener_on_all_addresses_counts() -> None:
    with socket.create_server(("", 0)) as server:
        assert not is_free(server.getsockname()[1])
