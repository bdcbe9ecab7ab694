"""The only source of the time of day, so that tests can set it. `time.monotonic` measures durations."""

import time
from datetime import UTC, datetime

_time_ns = time.time_ns  # the fixture `clock` replaces it


def utc_now() -> datetime:
    """The current time, timezone-aware."""
    return datetime.fromtimestamp(_time_ns() / 1e9, UTC)


def unix_ns() -> int:
    """The current time in nanoseconds since 1970."""
    return _time_ns()
