"""OpenTelemetry: a real process sends spans to a collector, without what users entered."""

import asyncio
import gzip
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from tests.conftest import BACKEND_DIR
from tests.core.servers import uvicorn
from tests.faults.workers import live_url

Collector = tuple[int, list[bytes]]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    """The port of a server that accepts each request, and the paths and bodies that it gets."""
    received: list[bytes] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                [length] = [
                    line.split(b":")[1] for line in head.lower().splitlines() if line.startswith(b"content-len")
                ]
                body = await reader.readexactly(int(length))
                body = gzip.decompress(body) if b"content-encoding: gzip" in head.lower() else body
                received.append(head.split()[1] + b" " + body)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], received
    server.close()


async def test_spans_arrive_without_what_users_entered(live: AsyncClient, collector: Collector) -> None:
    port, received = collector
    endpoint = f"http://127.0.0.1:{port}"
    telemetry = {"TELEMETRY_ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SERVICE_NAME": "the-api"}
    async with uvicorn(environment={"DATABASE_URL": live_url(), **telemetry}) as server:
        client = server.client
        assert (await client.get("/api/v1/users/7", headers={"Authorization": "Bearer a-token"})).status_code == 401
        assert (await client.post("/api/v1/password-recovery/ada@example.com")).status_code == 200
        assert (await client.get("/api/v1/users/?q=a-search")).status_code == 401
        server.process.send_signal(signal.SIGTERM)
        await server.ended()
    sent = b"".join(received)
    assert any(each.startswith(b"/v1/traces") for each in received)
    assert b"/users/{user_id}" in sent
    assert b"the-api" in sent
    assert [secret for secret in (b"a-token", b"ada", b"a-search") if secret in sent] == []
    assert not any(each.startswith(b"/v1/logs") for each in received)


def test_without_the_setting_nothing_is_loaded() -> None:
    """The exporters alone take 30 MB of memory."""
    code = "import sys, app.main; print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])"
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    output = subprocess.check_output(
        [sys.executable, "-c", code], cwd=BACKEND_DIR, env=environment, text=True, timeout=60
    )
    assert output.strip() == "[]"
