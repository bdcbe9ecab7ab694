"""Minimal HTTP/1.1 load generator: one request at a time on each kept-alive connection."""

import asyncio
import gc
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import cast

import uvloop

GRACE_SECONDS = 30


class Failed(Exception):
    """A measurement failed, for example by a response that is not 2xx. The message shows the response."""


class _Run:
    """State shared by the connections of one load."""

    def __init__(self, requests: Sequence[bytes], deadline_ns: int, connections: int) -> None:
        self.requests: Iterator[bytes] = itertools.cycle(requests)
        self.deadline_ns = deadline_ns
        self.open = connections
        self.latencies_ns: list[int] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(Failed(reason))

    def connection_done(self) -> None:
        self.open -= 1
        if self.open == 0 and not self.done.done():
            self.done.set_result(None)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self.run = run
        self.received = b""
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.send()

    def send(self) -> None:
        self.request = next(self.run.requests)
        self.sent_ns = time.perf_counter_ns()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if self.received:
            data = self.received + data
        try:
            missing = missing_bytes(data)
        except ValueError as error:
            return self.stop(f"{error}:\n{_show(data)}")
        if missing > 0:
            self.received = data
            return
        now = time.perf_counter_ns()
        self.received = b""
        if missing < 0 or data[9:10] != b"2":
            return self.stop(f"{_line(self.request)} got the response:\n{_show(data)}")
        self.run.latencies_ns.append(now - self.sent_ns)
        if now < self.run.deadline_ns:
            self.send()
        else:
            self.stop()

    def stop(self, reason: str = "") -> None:
        self.finished = True
        self.transport.close()
        if reason:
            self.run.fail(reason)
        self.run.connection_done()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished:
            self.finished = True
            self.run.fail(f"{_line(self.request)} got no response: the server closed the connection ({error or 'EOF'})")


def missing_bytes(data: bytes) -> int:
    """Return how many bytes of a response are missing: at least 1 for an incomplete head, negative for excess bytes.

    Raises `ValueError` if it has no Content-Length.
    """
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return 1
    head = data[:head_end].lower()
    start = head.find(b"\r\ncontent-length:")
    if start < 0:
        raise ValueError("The response has no Content-Length")
    line_end = head.find(b"\r\n", start + 2)
    length = int(head[start + 17 : line_end if line_end >= 0 else None])
    return head_end + 4 + length - len(data)


def send_for(requests: Sequence[bytes], port: int, *, connections: int, seconds: float) -> tuple[list[int], float]:
    """Send the requests in turn for `seconds`. Returns the latencies in ns, and the seconds until the last response.

    Raises `Failed` at the first response that is not 2xx.
    """

    async def run() -> tuple[list[int], float]:
        started = time.perf_counter_ns()
        load = _Run(requests, started + int(seconds * 1e9), connections)
        loop = asyncio.get_running_loop()
        opened = []
        try:
            for _ in range(connections):
                transport, _connection = await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port)
                opened.append(transport)
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                await load.done
        except TimeoutError:
            raise Failed(f"No response for {GRACE_SECONDS} s") from None
        finally:
            for transport in opened:
                transport.abort()
        return load.latencies_ns, (time.perf_counter_ns() - started) / 1e9

    gc.disable()  # a pause in this process would be measured as latency of the server
    try:
        return uvloop.run(run())
    finally:
        gc.enable()


def fetch(request: bytes, port: int) -> bytes:
    """Send one request and return the body of the response. Raises `Failed` if it is not 2xx."""

    async def run() -> bytes:
        async with asyncio.timeout(GRACE_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            data = await reader.read(65_536)
            while missing_bytes(data) > 0:
                more = await reader.read(65_536)
                if not more:
                    raise Failed(f"The server closed the connection after:\n{_show(data)}")
                data += more
            writer.close()
        if data[9:10] != b"2":
            raise Failed(f"{_line(request)} got the response:\n{_show(data)}")
        return data.partition(b"\r\n\r\n")[2]

    return asyncio.run(run())


def _line(request: bytes) -> str:
    """Return method and path only, because the headers contain a token."""
    return request.partition(b" HTTP/")[0].decode()


def _show(data: bytes) -> str:
    text = data.decode(errors="replace").strip()
    return text if len(text) <= 2_000 else f"{text[:2_000]} ... ({len(data)} bytes)"
