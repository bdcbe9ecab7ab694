import socket
import threading
from collections.abc import Iterator

import pytest

from scripts.local.ports import PortTakenError, any_free_port, listen, listen_from, next_free_port, port_of


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield port_of(server)


def test_taken_default_port_moves_to_the_next(taken: int) -> None:
    with listen_from(taken) as server:
        assert port_of(server) > taken
    assert next_free_port(taken) > taken


def test_exact_port_is_taken_or_refused(taken: int) -> None:
    free = any_free_port()
    with listen(free) as server:
        assert port_of(server) == free
    with pytest.raises(PortTakenError, match=str(taken)):
        listen(taken)


def test_concurrent_starts_get_different_ports() -> None:
    first, servers, begin = any_free_port(), list[socket.socket](), threading.Barrier(8)

    def take() -> None:
        begin.wait()
        servers.append(listen_from(first))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({port_of(server) for server in servers}) == 8
    for server in servers:
        server.close()


def test_port_with_an_ipv6_listener_is_taken() -> None:
    """A browser can take `localhost` for ::1."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server, pytest.raises(PortTakenError):
        listen(port_of(server))
