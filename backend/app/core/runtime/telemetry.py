"""OpenTelemetry by FastAPI itself: TELEMETRY_ENABLED turns it on, the usual OTEL_ variables say where it sends."""

from collections.abc import MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig

from app.core.logging import loggable
from app.core.settings import Settings


def telemetry(settings: Settings) -> TelemetryConfig:
    """Return FastAPI's options. Off, it costs nothing: checking for readers costs each request 10 us.

    Logs stay off: they hold the messages of exceptions, which can repeat what users entered.
    """
    is_on = settings.TELEMETRY_ENABLED
    return {"tracing": is_on, "metrics": is_on, "logs": False, "auto_configure": is_on, "exclude": _is_private}


def _is_private(scope: MutableMapping[str, Any]) -> bool:
    """Whether the path or the query can hold what users entered. A span would contain both."""
    path: str = scope.get("path", "")
    return bool(scope.get("query_string")) or loggable(path) != path
