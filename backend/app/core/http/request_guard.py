"""Middleware that rejects unknown hosts and oversized or malformed bodies, so that endpoints need not check.

PostgreSQL cannot store NUL or a lone surrogate, and NaN is not JSON (RFC 8259). Each results in a 4xx here, whether
it is in the path, the query, a form or a JSON document.
"""

import asyncio
import json
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import FieldError
from app.core.http.problems import problem_response

MAX_BODY_BYTES = 1024 * 1024
MAX_DISCARDED_BYTES = 16 * 1024 * 1024
BODY_SECONDS = 15


class Rejected(Exception):
    def __init__(self, status: int, detail: str, field: str = "body") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field


class RequestGuard:
    def __init__(self, app: ASGIApp, *, allowed_hosts: frozenset[str]) -> None:
        self.app = app
        self.allowed_hosts = allowed_hosts
        self._uploads: list[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        try:
            headers = dict(reversed(scope["headers"]))  # the first of a repeated header counts, as in Starlette
            self._check_host(headers.get(b"host", b""))
            _check_text(scope.get("raw_path", b""), "path")
            _check_text(scope["query_string"].replace(b"+", b" "), "query")
            if b"content-length" in headers or b"transfer-encoding" in headers:
                body = await _read_body(receive, self._max_bytes(scope))
                _check_body(headers.get(b"content-type", b"").decode("latin-1"), body)
                receive = _replay(body, receive)
        except Rejected as error:
            return await _response(scope, error)(scope, receive, send)
        await self.app(scope, receive, send)

    def _check_host(self, encoded: bytes) -> None:
        host = encoded.decode("latin-1")
        name = host if host.endswith("]") else host.rsplit(":", 1)[0]
        if name.lower().removesuffix(".") not in self.allowed_hosts:
            raise Rejected(400, "Unknown host. Add it to ALLOWED_HOSTS to serve it.", "host")

    def _max_bytes(self, scope: Scope) -> int:
        """Return the `max_body_size` that the route declares, or the default."""
        if self._uploads is None:
            self._uploads = [route for route in scope["app"].routes if getattr(route, "max_body_size", None)]
        for route in self._uploads:
            if scope["method"] in route.methods and route.path_regex.match(scope["path"]):
                return int(route.max_body_size)
        return MAX_BODY_BYTES


def _response(scope: Scope, error: Rejected) -> ASGIApp:
    errors = []
    if error.status == 422:
        errors = [FieldError(code="invalid_text", message=error.detail, field=error.field)]
    # Unread body bytes would be parsed as the next request.
    headers = {"Connection": "close"} if error.status in (408, 413) else None
    return problem_response(scope, error.status, error.detail, errors=errors, headers=headers)


async def _read_body(receive: Receive, max_bytes: int) -> bytes:
    """Read the whole body, counting it as it arrives, because a Content-Length can be missing or wrong.

    The excess is discarded up to a limit before the response: a client that is disconnected while it sends might never
    read the error.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while size <= MAX_DISCARDED_BYTES:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Rejected(400, "The request body is incomplete")
                chunk = message.get("body", b"")
                size += len(chunk)
                if size <= max_bytes:
                    chunks.append(chunk)
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise Rejected(408, "The request body did not arrive in time") from None
    if size > max_bytes:
        raise Rejected(413, f"The request body is larger than {max_bytes >> 20} MiB")
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _check_text(encoded: bytes, field: str) -> None:
    """Reject percent-encoded text that is not UTF-8 or contains NUL."""
    if b"%" not in encoded and encoded.isascii() and b"\0" not in encoded:
        return
    try:
        text = unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        raise Rejected(422, f"The {field} is not valid UTF-8", field) from None
    if "\0" in text:
        raise Rejected(422, f"The {field} contains a NUL character", field)


def _check_body(content_type: str, body: bytes) -> None:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded":
        _check_text(body.replace(b"+", b" "), "body")
    elif media_type == "application/json" or media_type.endswith("+json"):
        _check_json(body)


def _check_json(body: bytes) -> None:
    """Reject a JSON document with text that cannot be stored. Parses it only if its bytes look suspicious."""
    if b"\0" in body:
        raise Rejected(422, "The JSON document contains a NUL character")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected(422, "The JSON document is not valid UTF-8") from None
    if "\\u" not in text and "NaN" not in text and "Infinity" not in text:
        return
    try:
        _check_strings(json.loads(text, parse_constant=_reject_constant))
    except RecursionError:
        raise Rejected(422, "The JSON document is nested too deeply") from None
    except ValueError:
        return  # FastAPI reports where the document is malformed


def _reject_constant(name: str) -> None:
    raise Rejected(422, f"{name} is not valid JSON")


def _check_strings(value: Any) -> None:
    match value:
        case str():
            if "\0" in value:
                raise Rejected(422, "A string in the JSON document contains a NUL character")
            if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
                raise Rejected(422, "A string in the JSON document contains a lone surrogate")
        case list():
            for element in value:
                _check_strings(element)
        case dict():
            for key, element in value.items():
                _check_strings(key)
                _check_strings(element)
