"""No log line of any test contains what its requests and responses hold: passwords, tokens, cookies, addresses (OP-03).

The lines are those of production, at the level DEBUG. Lines of the tests' own HTTP client do not count.
"""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
import structlog
from httpx2 import ByteStream, Request, Response

from app.core import logging as app_logging

SECRET_FIELDS = {
    *("password", "new_password", "current_password", "token", "access_token", "refresh_token"),
    *("answer", "secret", "uri"),
}
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,100}\.\w+")
MIN_LENGTH = 8
"""A shorter value can be part of another word."""
MAX_BODY = 20_000
_CLIENT = ("httpx2", "httpcore", "asyncio")

lines: list[str] = []
secrets: set[str] = set()


class _Handler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(_CLIENT):
            lines.append(self.format(record))


def _keep(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    rendered: Any = {**event}
    for processor in app_logging._json:
        rendered = processor(None, "", rendered)
    lines.append(str(rendered))
    return event


_handler = _Handler(logging.DEBUG)
_configure = structlog.configure


def install() -> None:
    """Keep the lines of structlog and logging. The output stays as it was: only errors."""
    _handler.setFormatter(app_logging.library_formatter())
    logging.getLogger().addHandler(_handler)
    # A test that creates an application configures structlog again, and loggers keep what they first met.
    structlog.configure = _configure_guarded  # type: ignore[assignment]  # fewer names, the same meaning
    structlog.configure(processors=structlog.get_config()["processors"])


def _configure_guarded(processors: list[structlog.types.Processor] | None = None, **options: Any) -> None:
    if processors is not None:
        *before, last, render = [each for each in processors if each is not app_logging._redact_event]
        processors = [*before, _keep, _only_errors, app_logging._redact_event, last, render]
        options["wrapper_class"] = structlog.make_filtering_bound_logger(logging.DEBUG)
    _configure(processors=processors, **options)


def is_installed() -> bool:
    return _handler in logging.getLogger().handlers and _keep in structlog.get_config()["processors"]


def _only_errors(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    if event["level"] not in ("error", "critical"):
        raise structlog.DropEvent
    return event


async def note_request(request: Request) -> None:
    """Event hook of the tests' clients."""
    # Not a stream, which the server reads at its own pace, and which can have no end.
    body = request.content if isinstance(request.stream, ByteStream) else b""
    _note(unquote(str(request.url)), request.headers.get("content-type", ""), body)
    secrets.update(request.headers.get("authorization", "").split()[1:])
    secrets.update(each.partition("=")[2] for each in request.headers.get("cookie", "").split("; "))


async def note_response(response: Response) -> None:
    cookies = response.headers.get_list("set-cookie")
    secrets.update(each.partition("=")[2].partition(";")[0] for each in cookies)
    if response.headers.get("content-type", "").endswith("json"):
        _note("", "application/json", await response.aread())


def _note(url: str, kind: str, body: bytes) -> None:
    text = body[:MAX_BODY].decode(errors="ignore")
    secrets.update(ADDRESS.findall(url + " " + unquote(text)))
    try:
        found = json.loads(text) if "json" in kind else dict(parse_qsl(text)) if "form" in kind else None
    except (ValueError, RecursionError):
        return
    if isinstance(found, dict):
        secrets.update(value for name, value in found.items() if name in SECRET_FIELDS and isinstance(value, str))


def leaks() -> list[str]:
    """Return the lines with a secret of this test's requests or responses."""
    wanted = [each for each in secrets if len(each) >= MIN_LENGTH and each != "password"]
    return [line for line in lines if any(secret in line for secret in wanted)]


@pytest.fixture(autouse=True)
def no_secret_in_logs() -> Iterator[None]:
    lines.clear()
    secrets.clear()
    yield
    found = leaks()
    assert is_installed(), "Nothing watches the log lines of the next tests."
    assert not found, f"A log line contains a password, token, cookie or address:\n{found[0]}"
