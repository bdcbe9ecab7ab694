"""The database on another port, so that a test can start it late or make it stop responding."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from app.core.settings import settings


def url_by(port: int, url: str = "") -> str:
    """Return the URL, or that of the tests' database, with this port of the local machine."""
    real = urlsplit(url or settings.database_url)
    login = real.netloc.rpartition("@")[0]
    return real._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()


@asynccontextmanager
async def forwarding(port: int, url: str = "") -> AsyncIterator[asyncio.Event]:
    """Forward `url_by(port, url)` to the database inside the block. Nothing gets through while the event is not set."""
    real = urlsplit(url or settings.database_url)
    flowing = asyncio.Event()
    flowing.set()

    writers: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            while data := await reader.read(65536):
                await flowing.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(real.hostname, real.port)
        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    try:
        yield flowing
    finally:
        server.close()
        flowing.set()
        for writer in writers:
            writer.close()
