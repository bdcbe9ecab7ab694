"""Server-sent events (HTML standard, section 9.2), as FastAPI encodes them."""

import json
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT as KEEP_ALIVE
from fastapi.sse import format_sse_event

__all__ = ["KEEP_ALIVE", "server_sent_event"]


def server_sent_event(name: str, data: dict[str, Any], *, retry_ms: int | None = None) -> bytes:
    """Data is required: browsers drop an event without it. `retry_ms` is how long they wait before they reconnect."""
    return format_sse_event(event=name, data_str=json.dumps(data), retry=retry_ms)
