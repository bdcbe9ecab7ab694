"""Both load generators count correctly, and a refused request ends the run and shows the response."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from benchmarks import client, load
from benchmarks.client import Failed, fetch, missing_bytes, send_for
from benchmarks.cpu import cpu_ns, resident_bytes
from benchmarks.endpoints import Endpoint, Request

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue"
REQUEST = Request("GET", "/").encode(80)

WRK = """Running 2s test @ http://127.0.0.1:8000
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.21ms  300.00us   9.95ms   91.90%
  Latency Distribution
     50%  810.00us
     75%    1.24ms
     90%    1.50ms
     99%    0.01s{blank}
  26313 requests in 2.10s, 5.85MB read
Requests/sec:  12530.00
""".format(blank=" ")


@contextmanager
def server(response: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that reads one request after another and lets `response` write to the connection."""

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # the client may have closed it
            while connection.recv(65_536):
                response(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve, args=(connection,))
            threads.append(thread)
            thread.start()

    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for thread in (acceptor, *threads):
                thread.join(timeout=5)


def test_client_counts_every_response() -> None:
    served: list[int] = []

    def response(connection: socket.socket) -> None:
        served.append(1)
        connection.sendall(OK)

    with server(response) as port:
        latencies, seconds = send_for([REQUEST], port, connections=4, seconds=0.2)
    assert len(latencies) == len(served) >= 4
    assert 0.2 <= seconds < 2
    assert all(0 < latency < 1e9 for latency in latencies)


def test_client_joins_the_chunks_of_a_response() -> None:
    def response(connection: socket.socket) -> None:
        for chunk in (OK[:20], OK[20:-2], OK[-2:]):
            connection.sendall(chunk)
            time.sleep(0.01)

    with server(response) as port:
        latencies, _ = send_for([REQUEST], port, connections=1, seconds=0.1)
        assert fetch(REQUEST, port) == b"true"
    assert 1 <= len(latencies) <= 5


def test_refused_request_fails_with_its_response() -> None:
    refusal = b"HTTP/1.1 422 Unprocessable\r\nContent-Length: 9\r\n\r\nbad title"
    with server(lambda connection: connection.sendall(refusal)) as port:
        with pytest.raises(Failed, match=r"(?s)GET / .*422.*bad title"):
            send_for([REQUEST], port, connections=2, seconds=5)
        with pytest.raises(Failed, match=r"(?s)GET / .*422.*bad title"):
            fetch(REQUEST, port)


def test_closed_connection_fails() -> None:
    with (
        server(lambda connection: connection.shutdown(socket.SHUT_RDWR)) as port,
        pytest.raises(Failed, match="closed the connection"),
    ):
        send_for([REQUEST], port, connections=1, seconds=5)


def test_missing_response_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "GRACE_SECONDS", 0.1)
    with server(lambda _: None) as port, pytest.raises(Failed, match="No response"):
        send_for([REQUEST], port, connections=1, seconds=0.1)


def test_length_of_a_response_is_exact() -> None:
    assert missing_bytes(OK) == 0
    assert missing_bytes(OK[:-1]) == 1
    assert missing_bytes(OK[:10]) == 1
    assert missing_bytes(OK + b"x") == -1
    with pytest.raises(ValueError, match="Content-Length"):
        missing_bytes(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")


def test_content_length_of_requests_is_in_bytes() -> None:
    encoded = Request("POST", "/x", {"A": "b"}, '{"title": "é"}').encode(80)
    assert encoded.startswith(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1:80\r\nA: b\r\nContent-Length: 15\r\n\r\n")
    assert encoded.endswith(b'{"title": "\xc3\xa9"}')


def test_output_of_wrk_is_parsed() -> None:
    assert load.parse_wrk(WRK) == load.Load(requests=26313, seconds=2.1, p50_ms=0.81, p99_ms=10.0)
    with pytest.raises(Failed, match="unknown format"):
        load.parse_wrk("unable to connect")


def test_comparison_ignores_variable_fields() -> None:
    endpoint = Endpoint("create_item", (), ("id",))
    assert endpoint.comparable(b'{"id":"abc","title":"abc"}') == b'{"id":"...","title":"abc"}'
    assert Endpoint("item", ()).comparable(b'{"id":"abc"}') == b'{"id":"abc"}'


def test_cpu_time_counts_this_process() -> None:
    before, started = cpu_ns(os.getpid()), time.process_time_ns()
    while time.process_time_ns() - started < 60_000_000:
        pass
    assert 50_000_000 < cpu_ns(os.getpid()) - before < 1_000_000_000
    assert resident_bytes(os.getpid()) > 10 * 2**20
