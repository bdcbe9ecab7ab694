"""A small HTTP/1.1 client for load: one request at a time on each kept-alive connection, and no more than counting."""

import asyncio
import gc
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import cast

import uvloop

GRACE_SECONDS = 30


class Failed(Exception):
    """An answer was not 2xx, or none came. The message shows it."""


class _Run:
    """What the connections of one load share."""

    def __init__(self, requests: Sequence[bytes], deadline_ns: int, connections: int) -> None:
        self.requests: Iterator[bytes] = itertools.cycle(requests)
        self.deadline_ns = deadline_ns
        self.open = connections
        self.latencies_ns: list[int] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(Failed(reason))

    def leave(self) -> None:
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
            return self.stop(f"{_line(self.request)} was answered:\n{_show(data)}")
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
        self.run.leave()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished:
            self.finished = True
            self.run.fail(
                f"{_line(self.request)} was not answered: the server closed the connection ({error or 'EOF'})"
            )


def missing_bytes(data: bytes) -> int:
    """How many bytes the answer still lacks, at least 1 while its head is incomplete; below 0 when there are too many.

    Raises ValueError when its length is not given.
    """
    head_end = data.find(b"\r\n\r\n")
    if head_end < 0:
        return 1
    head = data[:head_end].lower()
    start = head.find(b"\r\ncontent-length:")
    if start < 0:
        raise ValueError("An answer without Content-Length")
    line_end = head.find(b"\r\n", start + 2)
    length = int(head[start + 17 : line_end if line_end >= 0 else None])
    return head_end + 4 + length - len(data)


def send_for(requests: Sequence[bytes], port: int, *, connections: int, seconds: float) -> tuple[list[int], float]:
    """Send the requests in turn for `seconds`: the latencies in ns, and the seconds that it took to the last answer.

    Raises Failed at the first answer that is not 2xx.
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
            raise Failed(f"No answer for {GRACE_SECONDS} s") from None
        finally:
            for transport in opened:
                transport.abort()
        return load.latencies_ns, (time.perf_counter_ns() - started) / 1e9

    gc.disable()  # a pause of ours would count as the server's
    try:
        return uvloop.run(run())
    finally:
        gc.enable()


def ask(request: bytes, port: int) -> bytes:
    """The body of the answer to one request. Raises Failed when it is not 2xx."""

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
            raise Failed(f"{_line(request)} was answered:\n{_show(data)}")
        return data.partition(b"\r\n\r\n")[2]

    return asyncio.run(run())


def _line(request: bytes) -> str:
    """Method and path: the headers hold a token."""
    return request.partition(b" HTTP/")[0].decode()


def _show(data: bytes) -> str:
    text = data.decode(errors="replace").strip()
    return text if len(text) <= 2_000 else f"{text[:2_000]} ... ({len(data)} bytes)"
