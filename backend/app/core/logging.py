"""Logging: one event per line, as JSON outside local development, without email addresses and values of rows."""

import io
import json
import logging
import logging.config
import re
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import structlog
from pydantic_core import to_json

from app.core.clock import utc_now
from app.core.settings import settings

current_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request; every line logged during the request contains it."""


# Texts of other programs repeat what users entered. These are the places, by PostgreSQL, and words, by anyone.
_ROW = re.compile(r"(?:\n|\\n)(?:DETAIL|CONTEXT): .*", re.DOTALL)
_INPUT = re.compile(r"(invalid input [^:\n]{1,60}: )[\"'].*[\"']")
_WORD = re.compile(r"[^\s<>()\[\]{},;:\"']+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r".(?:@|%40).", re.DOTALL)


def _redact_text(text: str) -> str:
    text = _INPUT.sub(r"\1*", _ROW.sub("", text))
    if "input_value=" in text:  # by Pydantic
        start, *inputs = text.split("input_value=")
        text = "input_value=*".join([start, *("".join(each.partition(", input_type=")[1:]) for each in inputs)])
    if "@" in text or "%40" in text:
        text = _WORD.sub(lambda word: "*" if _ADDRESS.search(word[0]) else word[0], text)
    return text


def redact(value: Any) -> Any:
    """Return the value, or the dict or list of values, with email addresses and values of rows replaced by `*`."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return _redact_text(value)
        case dict():
            return {redact(name): redact(each) for name, each in value.items()}
        case list() | tuple():
            return [redact(each) for each in value]
        case _:
            text = repr(value)
            return value if (redacted := redact(text)) == text else redacted


def redact_for_sentry(event: Any, _hint: Any) -> Any:
    """Hook of Sentry, for its events and for the breadcrumbs that lead to them."""
    return redact(event)


def _redact_event(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    exc_info = {"exc_info": event.pop("exc_info")} if "exc_info" in event else {}
    return {**redact(event), **exc_info}


def _local_traceback(out: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
    text = io.StringIO()
    structlog.dev.plain_traceback(text, exc_info)
    # Each exception of a chain is a paragraph.
    out.write("\n\n".join(map(redact, text.getvalue().split("\n\n"))))


def _escape_control_characters(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """A terminal obeys them, and the path of a request can contain them. JSON escapes them itself."""
    return {name: _CONTROL.sub(_escaped, each) if isinstance(each, str) else each for name, each in event.items()}


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


# Tracebacks never show local variables, which can be passwords.
_json: list[structlog.types.Processor] = [
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    _redact_event,
    structlog.processors.JSONRenderer(),
]
_common: list[structlog.types.Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logging() -> None:
    local = settings.ENVIRONMENT == "local"
    console = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=_local_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            *_common,
            *([_redact_event, _escape_control_characters, console] if local else _json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level()),
        # One write per line: the processes share a pipe, and `print` writes the line end separately.
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    if not local:
        logging.config.dictConfig(json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")))
        logging.getLogger().handlers[0].setLevel(_level())


def library_formatter() -> logging.Formatter:
    """Create the formatter for records of the `logging` module. `logging.json` refers to it, also for uvicorn."""
    context = [structlog.contextvars.merge_contextvars, _add_request_id]
    chain = [structlog.stdlib.add_logger_name, *context, *_common]
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processors=[without_meta, *_json])


def loggable(path: str) -> str:
    """Return the start of a path: up to the resource's name if there is an email address, which can contain a slash."""
    if "@" not in path and "%40" not in path:
        return path[:1_000]
    resource = re.match(rf"{re.escape(settings.API_V1_STR)}/[^/@%]+/", path)
    return f"{resource[0] if resource else '/'}*"


def access_logger() -> Callable[..., None]:
    """Return the function that logs one line per request. Outside local development it bypasses structlog for speed."""
    if settings.ENVIRONMENT == "local":
        return partial(structlog.get_logger("access").info, "request")
    if _level() > logging.INFO:
        return lambda **_: None
    write, flush = sys.stdout.buffer.write, sys.stdout.buffer.flush

    def log(**event: Any) -> None:
        event |= {"event": "request", "level": "info", "timestamp": utc_now()}
        write(to_json(event) + b"\n")
        flush()

    return log


def _level() -> int:
    return logging.getLevelNamesMapping()[settings.LOG_LEVEL.upper()]


def _add_request_id(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    if request_id := current_request_id.get():
        event.setdefault("request_id", request_id)
    return event
