"""Logging: one event per line, as JSON outside local development."""

import json
import logging
import logging.config
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from pydantic_core import to_json

from app.core.clock import utc_now
from app.core.settings import settings

current_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the current request; every line logged during the request contains it."""


# Tracebacks never show local variables, which can be passwords.
_json: list[structlog.types.Processor] = [
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    structlog.processors.JSONRenderer(),
]
_common: list[structlog.types.Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logging() -> None:
    local = settings.ENVIRONMENT == "local"
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            *_common,
            *([console] if local else _json),
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
    chain = [structlog.stdlib.add_logger_name, *_common]
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processors=[without_meta, *_json])


def loggable(path: str) -> str:
    """Return a request's path with path segments that contain an email address replaced by `*`."""
    if "@" not in path and "%40" not in path:
        return path
    return "/".join("*" if "@" in part or "%40" in part else part for part in path.split("/"))


def access_logger() -> Callable[..., None]:
    """Return the function that logs one line per request. Outside local development it bypasses structlog for speed."""
    if settings.ENVIRONMENT == "local":
        return partial(structlog.get_logger("access").info, "request")
    if _level() > logging.INFO:
        return lambda **_: None
    write, flush = sys.stdout.buffer.write, sys.stdout.buffer.flush

    def log(**event: Any) -> None:
        timestamp = utc_now().isoformat()
        write(to_json({"event": "request", "level": "info", "timestamp": timestamp, **event}) + b"\n")
        flush()

    return log


def _level() -> int:
    return logging.getLevelNamesMapping()[settings.LOG_LEVEL.upper()]


def _add_request_id(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    if request_id := current_request_id.get():
        event.setdefault("request_id", request_id)
    return event
