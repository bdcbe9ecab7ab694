"""The only source of the time of day, so that tests can set it. Durations are measured by `time.monotonic`."""

import time
from datetime import UTC, datetime

_time_ns = time.time_ns  # tests replace it


def utc_now() -> datetime:
    """The current time, timezone-aware."""
    return datetime.fromtimestamp(_time_ns() / 1e9, UTC)


def unix_ns() -> int:
    """The current time in nanoseconds since 1970."""
    return _time_ns()
