"""Logs: one event a line, JSON outside local development."""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from pydantic_core import to_json

from app.core.config import settings

current_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered: every line that is logged meanwhile names it."""


def configure_logging() -> None:
    local = settings.ENVIRONMENT == "local"
    renderers: list[structlog.types.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if local
        else [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_level()),
        cache_logger_on_first_use=True,
    )


def access_logger() -> Callable[..., None]:
    """For the one line of every request: it has all it needs, so it passes no processors."""
    if settings.ENVIRONMENT == "local":
        return partial(structlog.get_logger("access").info, "request")
    if _level() > logging.INFO:
        return lambda **_: None
    write, flush = sys.stdout.buffer.write, sys.stdout.buffer.flush

    def log(**event: Any) -> None:
        timestamp = datetime.now(UTC).isoformat()
        write(to_json({"event": "request", "level": "info", "timestamp": timestamp, **event}) + b"\n")
        flush()

    return log


def _level() -> int:
    return logging.getLevelNamesMapping()[settings.LOG_LEVEL.upper()]


def _add_request_id(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    if request_id := current_request_id.get():
        event.setdefault("request_id", request_id)
    return event
