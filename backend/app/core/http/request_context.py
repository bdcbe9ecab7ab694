"""Outermost middleware: request id, access log and timing."""

import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.logging import access_logger, current_request_id, loggable
from app.core.runtime.shutdown import is_draining
from app.core.settings import settings

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
# A proxy probes every second, so only failures are logged.
_PROBES = f"{settings.API_V1_STR}/health/"


class RequestContext:
    """Accepts `X-Correlation-ID` from the request or generates one, and adds it to the response.

    Logs one line per request, without the query string, which can contain personal data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = access_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        started = time.perf_counter()
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        context = current_request_id.set(request_id)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                milliseconds = b"%.1f" % ((time.perf_counter() - started) * 1000)
                own = (b"x-correlation-id", request_id.encode()), (b"x-process-time-ms", milliseconds)
                message["headers"] = [*message.get("headers", ()), *own]
                if is_draining():  # else a client could send its next request just as the process ends
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            if status != 200 or not scope["path"].startswith(_PROBES):
                client = scope["client"]
                self.log(
                    method=scope["method"],
                    path=loggable(scope["path"]),
                    status=status,
                    duration_ms=round((time.perf_counter() - started) * 1000, 1),
                    client=client[0] if client else None,
                    request_id=request_id,
                )
            current_request_id.reset(context)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-correlation-id":
            return value.decode() if _REQUEST_ID.fullmatch(value) else secrets.token_hex(16)
    return secrets.token_hex(16)
