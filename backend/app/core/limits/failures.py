"""Wrong passwords in a row slow an account down: after some of them, each further attempt has to wait longer.

An attempt counts as failed until `succeeded` is called, so that concurrent attempts cannot exceed the limit.
"""

from collections.abc import Sequence

from app.core.clock import utc_now
from app.core.limits.stores import stores
from app.core.limits.usage import too_many
from app.core.settings import settings

FREE_FROM_ANYWHERE = 50
"""Wrong passwords of an account from all networks together, before each further one has to wait.

NIST SP 800-63B allows at most 100.
"""


async def begin_attempt(*keys: tuple[str, int]) -> None:
    """Count an attempt for each key and its number of free failures. Raises `TooManyRequests`.

    If a key refuses the attempt, the later ones do not count it.
    """
    if not settings.FAILED_SIGN_INS:
        return
    for key, free in keys:
        now = utc_now()
        attempt = await stores.call(lambda store, key=key, free=free, now=now: store.attempt(key, free, now))  # type: ignore[misc]
        if attempt.is_refused and attempt.free_at is not None:
            raise too_many((attempt.free_at - now).total_seconds())


async def succeeded(*keys: tuple[str, int]) -> None:
    """Forget the failures."""
    if settings.FAILED_SIGN_INS:
        await _clear([key for key, _ in keys])


async def _clear(keys: Sequence[str]) -> None:
    await stores.local.clear(keys)
    await stores.call(lambda store: store.clear(keys))


def own_password(user_id: object) -> tuple[str, int]:
    """The key of attempts by a signed-in user to prove their password."""
    return f"own:{user_id}", settings.FAILED_SIGN_INS
