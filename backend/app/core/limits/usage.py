"""How much of a limit a client has used."""

from math import ceil
from typing import NamedTuple

from app.core.errors import TooManyRequests


class Usage(NamedTuple):
    policy: str
    """Name of the limit in the headers, such as `reads`."""
    limit: int
    """Requests in a minute."""
    remaining: int
    wait: float
    """Seconds until the next request is accepted, if none remains; else until more remain."""
    is_refused: bool


def seconds_of(wait: float) -> int:
    """Return a wait in full seconds, as headers have it. Rounding errors of the window do not count."""
    return max(1, ceil(round(wait, 3)))


def too_many(wait: float) -> TooManyRequests:
    """Return the error of a refused request, with the wait in its text and its header."""
    seconds = seconds_of(wait)
    shown = f"{seconds} second{'s' * (seconds > 1)}" if seconds <= 90 else f"{ceil(seconds / 60)} minutes"
    return TooManyRequests(f"Too many requests. Try again in {shown}.", retry_after=seconds)
