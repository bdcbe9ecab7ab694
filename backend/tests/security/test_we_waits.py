"""No request waits or runs forever (D12, WE-10)."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, RemoteProtocolError, Response
from starlette.responses import StreamingResponse
from structlog.testing import CapturingLogger

from app.core.http import edge, request_guard
from app.core.http.streaming import Stream
from app.main import create_app
from tests.core.answers import problem
from tests.fixtures import BASE_URL
from tests.security.conftest import Serve

API = "/api/v1"


@pytest.fixture
def app() -> FastAPI:
    """The application with a route that never ends."""
    app = create_app()

    async def hang() -> None:
        await asyncio.Event().wait()

    app.router.add_api_route(f"{API}/hang", hang)
    return app


async def test_request_that_takes_too_long_is_503(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "REQUEST_SECONDS", 0.01)
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        response = await client.get(f"{API}/hang")
    assert problem(response) == (503, "UNAV_001")
    assert int(response.headers["retry-after"]) >= 1


async def chunks(*, after: float = 0, error: Exception | None = None) -> AsyncIterator[bytes]:
    yield b"one "
    await asyncio.sleep(after)
    if error is not None:
        raise error
    yield b"two"


async def streamed(serve: Serve, stream: StreamingResponse) -> Response:
    """Serve the stream with a real server and return the response."""
    app = create_app()

    async def endpoint() -> StreamingResponse:
        return stream

    app.router.add_api_route(f"{API}/stream", endpoint, response_model=None)
    async with serve(app) as client:
        return await client.get(f"{API}/stream")


@pytest.mark.parametrize("seconds", [60, None])
async def test_stream_can_exceed_the_request_timeout(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, seconds: float | None
) -> None:
    monkeypatch.setattr(edge, "REQUEST_SECONDS", 0.2)
    response = await streamed(serve, Stream(chunks(after=0.3), media_type="text/plain", seconds=seconds))
    assert response.text == "one two"


@pytest.mark.parametrize(
    ("stream", "logged"),
    [
        (Stream(chunks(error=ValueError("gone")), media_type="text/plain", seconds=60), "unhandled_error"),
        (Stream(chunks(after=60), media_type="text/plain", seconds=0.1), "request_timed_out"),
        (StreamingResponse(chunks(after=60)), "request_timed_out"),
    ],
    ids=["error", "timeout", "plain StreamingResponse"],
)
async def test_failing_stream_is_logged_and_aborted(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, stream: StreamingResponse, logged: str
) -> None:
    monkeypatch.setattr(edge, "REQUEST_SECONDS", 0.2)
    logger = CapturingLogger()
    monkeypatch.setattr(edge, "logger", logger)
    with pytest.raises(RemoteProtocolError):
        await streamed(serve, stream)
    assert [call.args for call in logger.calls] == [(logged,)]


async def test_abandoned_stream_ends_without_an_error(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, logger = asyncio.Event(), CapturingLogger()
    monkeypatch.setattr(edge, "logger", logger)

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"one "
            await asyncio.Event().wait()
        finally:
            ended.set()

    app = create_app()

    async def endpoint() -> StreamingResponse:
        return Stream(endless(), media_type="text/plain", seconds=None)

    app.router.add_api_route(f"{API}/stream", endpoint, response_model=None)
    async with serve(app) as client:
        async with client.stream("GET", f"{API}/stream") as response:
            assert await anext(response.aiter_bytes()) == b"one "
        async with asyncio.timeout(5):
            await ended.wait()
    assert logger.calls == []


async def test_body_that_does_not_arrive_is_408(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_guard, "BODY_SECONDS", 0.01)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    response = await client.post(f"{API}/users/signup", headers={"Content-Type": "application/json"}, content=slow())
    assert problem(response) == (408, "REQ_001")
    assert response.headers["connection"] == "close"


async def test_truncated_body_causes_no_server_error(client: AsyncClient) -> None:
    """The client has disconnected, so the response only reaches the log."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"{API}/users/signup",
        "raw_path": f"{API}/users/signup".encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-length", b"100"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "http_version": "1.1",
    }
    messages: list[dict[str, object]] = [{"type": "http.disconnect"}]
    messages.append({"type": "http.request", "body": b"{", "more_body": True})
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return messages.pop()

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await create_app()(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 400
