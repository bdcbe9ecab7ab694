"""The server limits what it reads before the application sees a request, without a proxy in front (WE-10)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import repeat
from typing import Any

import pytest

from app.core.http import server
from app.main import create_app
from tests.security.conftest import Serve

START = b"GET /api/v1/utils/health-check/ HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n"
MIB = 1024 * 1024


@pytest.fixture
async def connect(serve: Serve) -> AsyncIterator[Callable[[], Any]]:
    async with serve(create_app()) as client:
        yield lambda: asyncio.open_connection("127.0.0.1", client.base_url.port)


async def sent_until_closed(writer: asyncio.StreamWriter, parts: Iterable[bytes], pause: float = 0) -> int:
    """Send the parts until the server closes the connection. Returns the number of bytes sent."""
    count = 0
    try:
        async with asyncio.timeout(30):
            for part in parts:
                writer.write(part)
                await writer.drain()
                count += len(part)
                await asyncio.sleep(pause)
    except ConnectionError:
        pass
    return count


async def received(reader: asyncio.StreamReader) -> bytes:
    """Return all that the server sends until it closes the connection."""
    found = b""
    try:
        async with asyncio.timeout(10):
            while part := await reader.read(MIB):
                found += part
    except ConnectionError:
        pass
    return found


def endless(start: bytes, part: bytes) -> Iterator[bytes]:
    """200 MiB at most."""
    yield start
    yield from repeat(part, 200 * MIB // len(part))


LARGE = {
    "one value": endless(START + b"X-A: ", b"a" * 65_536),
    "one name": endless(START, b"a" * 65_536),
    "many headers": endless(START, b"X-A: b\r\n" * 8_192),
    "address": endless(b"GET /", b"a" * 65_536),
    "method": endless(b"", b"A" * 65_536),
    "empty lines": endless(b"", b"\r\n" * 32_768),
    "trailers": endless(POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n" * 8_192),
    "chunk extension": endless(POST + b"Transfer-Encoding: chunked\r\n\r\n1;a=", b"a" * 65_536),
}


@pytest.mark.parametrize("parts", LARGE.values(), ids=LARGE.keys())
async def test_we10_large_headers_close_the_connection(connect: Callable[[], Any], parts: Iterator[bytes]) -> None:
    _, writer = await connect()
    assert await sent_until_closed(writer, parts) < 20 * MIB
    writer.close()


async def test_we10_large_headers_are_431(connect: Callable[[], Any]) -> None:
    reader, writer = await connect()
    writer.write(START + b"X-A: " + b"a" * (server.MAX_HEAD_BYTES + 1))
    assert (await received(reader)).startswith(b"HTTP/1.1 431 ")
    writer.close()


@pytest.mark.parametrize("headers", [b"X-A: " + b"a" * 70_000 + b"\r\n", b"X-A: b\r\n" * 200])
async def test_we10_larger_than_usual_headers_are_explained(connect: Callable[[], Any], headers: bytes) -> None:
    reader, writer = await connect()
    writer.write(START + headers + b"Connection: close\r\n\r\n")
    response = await received(reader)
    assert response.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in response
    writer.close()


SLOW = {
    "headers": (START, repeat(b"a")),
    "empty lines": (b"", repeat(b"\r\n")),
    "second request": (START + b"\r\n", repeat(b"a")),
    "unread body": (POST + b"Content-Length: 1000\r\n\r\n", repeat(b"a")),
}


@pytest.mark.parametrize(("start", "rest"), SLOW.values(), ids=SLOW.keys())
async def test_we10_slow_sender_is_disconnected(
    connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, start: bytes, rest: Iterator[bytes]
) -> None:
    monkeypatch.setattr(server, "ARRIVAL_SECONDS", 0.3)
    _, writer = await connect()
    began = time.monotonic()
    writer.write(start)
    await sent_until_closed(writer, rest, pause=0.05)
    assert time.monotonic() - began < 10
    writer.close()


async def test_we10_unread_body_is_limited(connect: Callable[[], Any]) -> None:
    _, writer = await connect()
    start = POST + b"Content-Length: 1000000000\r\n\r\n"
    assert await sent_until_closed(writer, endless(start, b"a" * 65_536)) < 40 * MIB
    writer.close()


async def test_connection_survives_an_unread_body(connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ARRIVAL_SECONDS", 0.3)
    reader, writer = await connect()
    for _ in range(3):
        writer.write(POST + b"Content-Length: 1000000\r\n\r\n")
        assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 404 ")
        for _ in range(10):
            writer.write(b"a" * 100_000)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        writer.write(START + b"\r\n")
        assert (await reader.readuntil(b"true")).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_body_that_was_not_invited_ends_the_connection(connect: Callable[[], Any]) -> None:
    reader, writer = await connect()
    writer.write(POST + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
    assert (await received(reader)).startswith(b"HTTP/1.1 404 ")
    writer.close()


async def test_pipelined_requests_are_all_answered(connect: Callable[[], Any]) -> None:
    reader, writer = await connect()
    writer.write((START + b"X-A: " + b"a" * 5_000 + b"\r\n\r\n") * 30)
    for _ in range(30):
        assert (await reader.readuntil(b"true")).startswith(b"HTTP/1.1 200 ")
    writer.close()
