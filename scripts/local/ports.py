"""TCP ports on this machine. Only listening takes a port: one that was just looked up can be gone a moment later."""

import errno
import socket

NEXT_PORTS = 100


class PortTakenError(Exception):
    """The requested port is in use."""


def listen(port: int) -> socket.socket:
    """Listen on 127.0.0.1 and return the socket, for `port` 0 on any free port.

    Raises PortTakenError if the port is in use.
    """
    # A browser can take localhost for either address. Only IPv4 is ours, so nothing else may listen on IPv6.
    if port and _has_listener(port):
        raise _taken(port)
    try:
        return socket.create_server(("127.0.0.1", port))
    except PermissionError:
        raise PortTakenError(f"Port {port} is for root only. Choose a port above 1023.") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise _taken(port) from None


def listen_from(preferred: int) -> socket.socket:
    """Listen on `preferred`, or else on the first free port of the next hundred, or else on any free port."""
    for port in range(preferred, min(preferred + NEXT_PORTS, 65536)):
        try:
            return listen(port)
        except PortTakenError:
            continue
    return listen(0)


def port_of(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port


def next_free_port(preferred: int) -> int:
    """Return a port for a program that listens itself. Another program can be faster: try again then."""
    with listen_from(preferred) as server:
        return port_of(server)


def any_free_port() -> int:
    """Return a port on which nothing listens, as `next_free_port`."""
    return next_free_port(0)


def _has_listener(port: int) -> bool:
    for host in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((host, port), timeout=1):
                return True
        except OSError:
            continue
    return False


def _taken(port: int) -> PortTakenError:
    return PortTakenError(f"Port {port} is in use. Stop the program that uses it, or choose another port.")
