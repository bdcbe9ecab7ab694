"""Primary keys: UUIDv7 generated in Python, so that ordering by `id` is ordering by creation."""

import os
import threading
import uuid

from app.core.clock import unix_ns

_lock = threading.Lock()
_last_ticks = 0


def new_id() -> uuid.UUID:
    """Generate a UUIDv7 (RFC 9562, section 5.7) greater than every earlier one of this process.

    The 12 bits after the milliseconds hold the fraction of a millisecond (section 6.2, method 3).
    """
    global _last_ticks
    with _lock:
        _last_ticks = max(_last_ticks + 1, (unix_ns() << 12) // 1_000_000)
        ticks = _last_ticks
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    milliseconds, fraction = ticks >> 12, ticks & 0xFFF
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)
