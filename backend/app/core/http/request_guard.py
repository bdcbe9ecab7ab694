"""Rejects unknown hosts and oversized or malformed requests, so that endpoints need not check.

PostgreSQL cannot store NUL or a lone surrogate, and NaN is not JSON (RFC 8259). Each results in a 4xx here, whether
it is in the path, the query, a form or a JSON document. Bodies are searched, never parsed, because parsing on the
event loop would delay all other requests.
"""

import asyncio
import re
from collections.abc import Collection, Mapping
from itertools import chain
from urllib.parse import unquote_to_bytes

from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Message, Receive, Scope

from app.core.errors import FieldError
from app.core.http.problems import problem_response
from app.core.http.security_headers import is_api
from app.core.settings import settings

MAX_BODY_BYTES = 64 * 1024
"""For operations that do not declare a `max_body_size`."""
MAX_DISCARDED_BYTES = 16 * 1024 * 1024
MAX_URL_BYTES = 8 * 1024
MAX_HEADER_BYTES, MAX_HEADERS = 64 * 1024, 100
MAX_CONTENT_TYPE = 1_000
BODY_SECONDS = 15
# Their callers use the address of a pod or container as the host.
PROBES = {f"{settings.API_V1_STR}/{name}" for name in ("health/live", "health/ready", "utils/health-check/")}

# Each alternative consumes what is valid, and the group matches what is not, so the time is linear. Without possessive
# quantifiers, which match wrongly before Python 3.11.5.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(0000|[dD][89a-fA-F])|.)", re.DOTALL
)
_CONSTANT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|(NaN|Infinity)', re.DOTALL)


def allow_any_host(path: str) -> None:
    """Serve a feature's path whatever the Host header says, because its callers know the server by its address."""
    PROBES.add(path)


class Rejected(Exception):
    def __init__(self, status: int, detail: str, field: str = "body") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field


def guard_head(scope: Scope, headers: Mapping[bytes, bytes], allowed_hosts: Collection[str]) -> None:
    """Check everything before the body. Raises `Rejected`."""
    _check_size(scope)
    path = scope["path"]
    if path not in PROBES:
        _check_host(headers.get(b"host", b""), allowed_hosts)
    if is_api(path):  # a page's address can contain anything: the page shows that it does not exist
        _check_text(scope.get("raw_path", b""), "path")
        _check_text(scope["query_string"].replace(b"+", b" "), "query")


async def guard_body(scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> Receive:
    """Read the body, check it, and return a `receive` that delivers it. Raises `Rejected`."""
    if b"content-length" not in headers and b"transfer-encoding" not in headers:
        return receive
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    if len(content_type) > MAX_CONTENT_TYPE:  # parsing it takes long
        raise Rejected(400, f"The Content-Type is longer than {MAX_CONTENT_TYPE} characters")
    media_type = content_type.partition(";")[0].strip().lower()
    if (max_bytes := _max_body_bytes(scope, media_type)) is None:
        return receive
    body = await _read_body(receive, max_bytes)
    _check_body(media_type, body)
    return _replay(body, receive)


def rejection(error: Rejected) -> Response:
    errors = []
    if error.status == 422:
        errors = [FieldError(code="invalid_text", message=error.detail, field=error.field)]
    # Unread body bytes would be parsed as the next request.
    headers = {"Connection": "close"} if error.status in (408, 413) else None
    return problem_response(error.status, error.detail, errors=errors, headers=headers)


def _check_host(encoded: bytes, allowed_hosts: Collection[str]) -> None:
    host = encoded.decode("latin-1")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    if name.lower().removesuffix(".") not in allowed_hosts:
        raise Rejected(400, "Unknown host. Add it to ALLOWED_HOSTS to serve it.", "host")


def _check_size(scope: Scope) -> None:
    """Limit what later steps decode, compare and log. The server limits the same before it has read everything."""
    if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > MAX_URL_BYTES:
        raise Rejected(400, f"The URL is longer than {MAX_URL_BYTES >> 10} KiB")
    headers = scope["headers"]
    if len(headers) > MAX_HEADERS or sum(map(len, chain.from_iterable(headers))) > MAX_HEADER_BYTES:
        raise Rejected(431, f"The headers are larger than {MAX_HEADER_BYTES >> 10} KiB or more than {MAX_HEADERS}")


def _max_body_bytes(scope: Scope, media_type: str) -> int | None:
    """Return the `max_body_size` that the route declares, or the default. Without a route, nothing reads the body.

    A body of another media type than the route's has the default: FastAPI would parse it, only to refuse it.
    """
    for route in scope["app"].routes:
        if route.matches(scope)[0] is Match.FULL:
            declared: int | None = getattr(route, "max_body_size", None)
            field = getattr(route, "body_field", None)
            limit = MAX_BODY_BYTES if declared is None else declared
            is_expected = field is None or field.field_info.media_type == media_type
            return limit if is_expected else min(limit, MAX_BODY_BYTES)
    return None


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
        limit = f"{max_bytes >> 20} MiB" if max_bytes >> 20 else f"{max_bytes >> 10} KiB"
        raise Rejected(413, f"The request body is larger than {limit}")
    return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that delivers the body in parts, so that the parser of a large form lets other tasks run."""
    position: int | None = 0

    async def replay() -> Message:
        nonlocal position
        if position is None:
            return await receive()
        if position:
            await asyncio.sleep(0)
        part = body[position : position + MAX_BODY_BYTES]
        position += MAX_BODY_BYTES
        if not (has_more := position < len(body)):
            position = None
        return {"type": "http.request", "body": part, "more_body": has_more}

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


def _check_body(media_type: str, body: bytes) -> None:
    if media_type == "application/x-www-form-urlencoded":
        _check_text(body.replace(b"+", b" "), "body")
    elif media_type == "application/json" or media_type.endswith("+json"):
        _check_json(body)


def _check_json(body: bytes) -> None:
    """Reject a JSON document with text that cannot be stored. FastAPI reports where a document is malformed."""
    if b"\0" in body:
        raise Rejected(422, "The JSON document contains a NUL character")
    try:
        body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected(422, "The JSON document is not valid UTF-8") from None
    if b"\\u" in body and (escape := _first(_ESCAPE, body)):
        wrong = "NUL character" if escape == b"0000" else "lone surrogate"
        raise Rejected(422, f"A string in the JSON document contains a {wrong}")
    if (b"NaN" in body or b"Infinity" in body) and (constant := _first(_CONSTANT, body)):
        raise Rejected(422, f"{constant.decode()} is not valid JSON")


def _first(expression: re.Pattern[bytes], body: bytes) -> bytes | None:
    """Return what the group of the expression matches first."""
    return next(filter(None, expression.findall(body)), None)
