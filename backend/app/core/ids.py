"""Primary keys: UUIDv7 made in Python, so that `id` order is creation order."""

import os
import threading
import uuid
from datetime import datetime

from app.core.clock import unix_ns

_lock = threading.Lock()
_last_ticks = 0


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562, section 5.7) that is greater than all made before in this process.

    The 12 bits behind the milliseconds hold their fraction (section 6.2, method 3).
    """
    global _last_ticks
    with _lock:
        _last_ticks = max(_last_ticks + 1, (unix_ns() << 12) // 1_000_000)
        ticks = _last_ticks
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    milliseconds, fraction = ticks >> 12, ticks & 0xFFF
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)


def first_id_at(moment: datetime) -> uuid.UUID:
    """Not greater than any id that is made from that moment on."""
    return uuid.UUID(int=int(moment.timestamp() * 1_000) << 80)
