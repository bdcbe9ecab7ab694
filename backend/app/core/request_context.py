"""The outermost middleware: request id, access log, timing, and the answer to what nobody caught."""

import asyncio
import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import problem_response

access_log = structlog.get_logger("access")
logger = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
REQUEST_SECONDS = 15


class RequestContext:
    """Takes `X-Correlation-ID` from the request or makes one, and answers it with every response.

    Logs one line a request, without the query string: it can hold personal data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        started = time.perf_counter()
        given = Headers(scope=scope).get("x-correlation-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Correlation-ID"] = request_id
                headers["X-Process-Time-Ms"] = f"{(time.perf_counter() - started) * 1000:.1f}"
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            client = scope["client"]
            access_log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 1),
                client=client[0] if client else None,
            )
            structlog.contextvars.clear_contextvars()


class CatchErrors:
    """The innermost middleware. An unhandled error is logged and answered here.

    Were it left to Starlette's outermost handler, that would re-raise it after the answer and the
    server would close the connection under other requests. A request that takes too long ends here
    as well.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        started = False

        async def send_and_remember(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                return await self.app(scope, receive, send_and_remember)
        except TimeoutError:
            logger.error("request_timed_out", path=scope["path"])
            response = problem_response(scope, 503, "The request took too long", headers={"Retry-After": "1"})
        except Exception:
            logger.exception("unhandled_error", path=scope["path"])
            response = problem_response(
                scope, 500, "Something went wrong on our side. Quote the request id to report it."
            )
        if started:
            raise RuntimeError("The error came after the response had started")
        await response(scope, receive, send)
