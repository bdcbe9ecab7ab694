"""A real uvicorn in the test's own event loop: for what happens below ASGI."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import pytest
import uvicorn
from httpx2 import AsyncClient

Serve = Callable[[Any], AbstractAsyncContextManager[AsyncClient]]


class Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        """Signals are pytest's."""
        return nullcontext()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[AsyncClient]:
    """A client of the application on a port of its own; at most one connection, kept alive."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
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
