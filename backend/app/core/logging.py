"""Logs: one event a line, JSON outside local development."""

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog
from pydantic_core import to_json

from app.core.config import settings

current_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered: every line that is logged meanwhile names it."""

_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)


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
            _stamp,
            *renderers,
        ],
        wrapper_class=_filtering_logger(),
        cache_logger_on_first_use=True,
    )


def access_logger() -> Any:
    """For the one line of every request: it has all it needs, so it passes fewer processors and a faster encoder."""
    logger = structlog.get_logger("access")
    if settings.ENVIRONMENT == "local":
        return logger
    output = structlog.BytesLogger(sys.stdout.buffer)
    processors: list[Any] = [structlog.processors.add_log_level, _stamp, _encode]
    return structlog.wrap_logger(output, processors=processors, wrapper_class=_filtering_logger()).bind()


def _filtering_logger() -> type[structlog.types.FilteringBoundLogger]:
    return structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.LOG_LEVEL.upper()])


def _add_request_id(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    if request_id := current_request_id.get():
        event.setdefault("request_id", request_id)
    return event


def _encode(_: Any, __: str, event: structlog.types.EventDict) -> bytes:
    return to_json(event)
