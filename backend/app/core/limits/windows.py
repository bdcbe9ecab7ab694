"""The limit of a group of endpoints for each client: a sliding window, exact over all processes."""

from app.core.clock import utc_now
from app.core.limits.store import WINDOW_SECONDS
from app.core.limits.stores import stores
from app.core.limits.usage import Usage

MAX_REFUSED = 10_000

_refused_until: dict[str, float] = {}
"""Until when clients are refused without asking a store, so that a flood costs the database nothing."""


async def use_window(policy: str, limit: int, client: str) -> Usage:
    """Count a request of the client, unless it is refused. `limit` is per minute."""
    key, now = f"{policy}:{client}", utc_now()
    until = _refused_until.get(key, 0.0)
    if now.timestamp() < until:
        return Usage(policy, limit, 0, until - now.timestamp(), True)
    hit = await stores.call(lambda store: store.hit(key, limit, now))
    wait = max(0.0, (hit.oldest - now).total_seconds() + WINDOW_SECONDS)
    if hit.is_refused:
        if len(_refused_until) >= MAX_REFUSED:
            del _refused_until[next(iter(_refused_until))]  # the oldest
        _refused_until[key] = now.timestamp() + wait
    else:
        _refused_until.pop(key, None)
    return Usage(policy, limit, limit - hit.used, wait, hit.is_refused)


def forget() -> None:
    """Forget what this process knows, for tests."""
    _refused_until.clear()
