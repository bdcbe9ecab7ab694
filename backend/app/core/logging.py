"""Logs: one event a line, JSON outside local development."""

import logging
import sys

import structlog

from app.core.config import settings


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
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.LOG_LEVEL.upper()]),
        cache_logger_on_first_use=True,
    )
