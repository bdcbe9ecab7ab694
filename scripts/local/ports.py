"""Free TCP ports on this machine."""

import socket


class PortTakenError(Exception):
    """The requested port is in use."""


def is_free(port: int) -> bool:
    """Whether a server can use `port` on localhost: nothing listens there on IPv4 or IPv6."""
    for host in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((host, port), timeout=1):
                return False
        except OSError:
            continue
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def next_free_port(preferred: int, *, avoid: set[int] | None = None) -> int:
    """Return `preferred`, or else the first free port of the next hundred, or else any free port."""
    for port in range(preferred, min(preferred + 100, 65536)):
        if port not in (avoid or set()) and is_free(port):
            return port
    return any_free_port()


def exact_port(port: int) -> int:
    """Return `port`, or any free port for 0.

    Raises PortTakenError if the port is in use.
    """
    if port == 0:
        return any_free_port()
    if not is_free(port):
        raise PortTakenError(f"Port {port} is in use. Stop the program that uses it, or choose another port.")
    return port
