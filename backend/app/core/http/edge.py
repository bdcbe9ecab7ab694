"""The one middleware: what every request and response needs, in a single pass over the headers.

Several small middlewares are easier to write, but each costs every request a wrapper of `send`, a task switch or a scan
of the headers. Here one object, the `Exchange`, serves them all.
"""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import TooManyRequests
from app.core.http.client_address import client_address
from app.core.http.deadline import Deadline
from app.core.http.problems import problem_response
from app.core.http.rate_limits import RouteLimits, limit_headers
from app.core.http.request_guard import Rejected, guard_body, guard_head, rejection
from app.core.http.security_headers import EncodedHeaders, ResponseHeaders, is_api
from app.core.limits.usage import Usage
from app.core.logging import access_logger, current_request_id, loggable
from app.core.request_context import RequestContext, current_request
from app.core.runtime.shutdown import is_draining
from app.core.settings import Settings

logger = structlog.get_logger(__name__)

REQUEST_SECONDS = 9

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_CORS = {
    "allow_credentials": True,
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": ["Authorization", "Content-Type", "If-Match", "X-Correlation-ID"],
    "expose_headers": [
        *("Content-Disposition", "ETag", "RateLimit", "RateLimit-Policy", "Retry-After"),
        *("X-Correlation-ID", "X-Total-Count"),
    ],
}


class Exchange:
    """A request and its response: its id, its duration, and the headers that are added to every response.

    `deadline` limits the time of the request; `Stream` restarts it.
    """

    deadline: Deadline

    def __init__(
        self, scope: Scope, headers: Mapping[bytes, bytes], send: Send, security_headers: EncodedHeaders
    ) -> None:
        self.method: str = scope["method"]
        self.scope = scope
        """The scope that the router has completed with `route`, if a route was found."""
        self.headers = headers
        """The first of each name, as in Starlette."""
        self.request_id = _request_id(headers.get(b"x-correlation-id"))
        self.started = time.perf_counter()
        self.status = 0
        """The status of the response, or 0 before its start."""
        self.usage: Usage | None = None
        """Of the limit that the request was counted for."""
        self._send = send
        self._security_headers = security_headers
        self._is_head = self.method == "HEAD"
        self._has_ended = False

    @property
    def milliseconds(self) -> float:
        return (time.perf_counter() - self.started) * 1000

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._with_own(message.get("headers", ()))
        elif self._is_head:
            # The first part of the body ends the response, so that a stream stops: its client has disconnected.
            if self._has_ended:
                return
            self._has_ended = True
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    def _with_own(self, headers: Any) -> list[tuple[bytes, bytes]]:
        """Add the headers of every response. A security header set by the endpoint takes precedence."""
        names, added = self._security_headers
        set_by_endpoint = {name for name, _ in headers} & names
        complete = [
            *headers,
            *(added if not set_by_endpoint else (each for each in added if each[0] not in set_by_endpoint)),
            (b"x-correlation-id", self.request_id.encode()),
            (b"x-process-time-ms", b"%.1f" % self.milliseconds),
        ]
        if self.usage is not None:
            complete += limit_headers(self.usage)
        if is_draining():  # else a client could send its next request just as the process ends
            complete.append((b"connection", b"close"))
        return complete


observers: list[Callable[[Exchange], None]] = []
"""Called at the end of each request. They must be fast, and raise nothing."""


class Edge:
    """Checks a request, then runs the application within a time limit, and logs one line.

    Accepts `X-Correlation-ID` from the request or generates one. Every error becomes a problem document here: Starlette
    would re-raise it after its response, and the server would close a connection that other requests use. Responds to
    HEAD as to GET, without the body (RFC 9110, section 9.3.2): OpenAPI would list the HEAD of each route otherwise.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.allowed_hosts = settings.allowed_hosts
        self.trusted_proxies = settings.TRUSTED_PROXIES
        self.limits = RouteLimits()
        self.response_headers = ResponseHeaders(https=settings.secure_cookies)
        self.with_cors = CORSMiddleware(self.respond, allow_origins=settings.cors_origins, **_CORS)  # type: ignore[arg-type]
        # A proxy probes every second, so only failures are logged.
        self.probes = f"{settings.API_V1_STR}/health/"
        self.log: Callable[..., None] = access_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        path = scope["path"]
        headers = dict(reversed(scope["headers"]))
        scope["exchange"] = exchange = Exchange(scope, headers, send, self.response_headers.of(path))
        client = client_address(scope, self.trusted_proxies)
        request_id = current_request_id.set(exchange.request_id)
        request = current_request.set(RequestContext(client))
        try:
            handle = self.with_cors if b"origin" in headers else self.respond
            await handle(scope, receive, exchange.send)
        finally:
            for observe in observers:
                observe(exchange)
            if exchange.status != 200 or not path.startswith(self.probes):
                self.log(
                    method=exchange.method,
                    path=loggable(path),
                    status=exchange.status,
                    duration_ms=round(exchange.milliseconds, 1),
                    client=client,
                    request_id=exchange.request_id,
                )
            current_request_id.reset(request_id)
            current_request.reset(request)

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard the request, run the application, and turn every error into a response.

        An error after the start of the response is re-raised, so that the server aborts the connection.
        """
        exchange: Exchange = scope["exchange"]
        try:
            guard_head(scope, exchange.headers, self.allowed_hosts)
            await self.limits.check(scope, exchange.headers)
            receive = await guard_body(scope, exchange.headers, receive)
            if scope["method"] == "HEAD" and is_api(scope["path"]):
                exchange.scope = scope = {**scope, "method": "GET"}
            with Deadline(REQUEST_SECONDS) as exchange.deadline:
                return await self.app(scope, receive, send)
        except Rejected as error:
            response = rejection(error)
        except TooManyRequests as error:
            response = problem_response(429, error.detail, headers=dict(error.headers or {}))
        except TimeoutError:
            logger.error("request_timed_out", path=loggable(scope["path"]))
            detail = "The request took too long. Try again in a moment."
            response = problem_response(503, detail, headers={"Retry-After": "1"})
        except Exception:
            logger.exception("unhandled_error", path=loggable(scope["path"]))
            detail = "An unexpected error occurred. If you report it, include the request id."
            response = problem_response(500, detail)
        if exchange.status:
            raise RuntimeError("The request failed after its response had started")
        await response(scope, receive, send)


def _request_id(sent: bytes | None) -> str:
    return sent.decode() if sent is not None and _REQUEST_ID.fullmatch(sent) else secrets.token_hex(16)
