"""A real uvicorn in the test's event loop, to test what is below ASGI, and a production environment."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import psycopg
import pytest
import uvicorn
from httpx2 import AsyncClient

from app.core.http.server import LimitedProtocol

Serve = Callable[[Any], AbstractAsyncContextManager[AsyncClient]]


class Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        """Leave the signal handlers to pytest."""
        return nullcontext()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[AsyncClient]:
    """Serve the application on a free port. The client keeps one connection alive."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = {"lifespan": "off", "log_config": None, "access_log": False, "timeout_graceful_shutdown": 1}
        config = uvicorn.Config(app, http=LimitedProtocol, **options)  # type: ignore[arg-type]
        server = Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with AsyncClient(base_url=url, timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            await task


@pytest.fixture
def serve() -> Serve:
    return served


@pytest.fixture
def production() -> Iterator[dict[str, str]]:
    """A valid production environment, with an empty database and a strong password."""
    from tests.security.test_we_headers import OUTSIDE, STRONG

    server, name = os.environ["TEST_POSTGRES_URL"], f"production_{uuid.uuid4().hex[:12]}"
    url = f"postgresql://{name}:{STRONG}@{server.rpartition('@')[2]}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{STRONG}'")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        yield {**OUTSIDE, "ENVIRONMENT": "production", "LOG_LEVEL": "info", "DATABASE_URL": url}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute(f"DROP ROLE {name}")
