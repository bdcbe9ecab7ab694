"""The store in use: Redis if there is one, else the table. While a store is down, the next one takes over.

The last one is this process's memory, which is always there: no limit is ever off, and none fails a request.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import TypeVar

import structlog

from app.core.limits.local import LocalStore
from app.core.limits.store import Store
from app.core.limits.table import TableStore
from app.core.settings import settings

logger = structlog.get_logger(__name__)

ResultT = TypeVar("ResultT")

STORE_SECONDS = 1.0
"""How long a request waits for a store."""
RETRY_SECONDS = 5.0
"""How long a store that is down is left out."""


class Stores:
    def __init__(self, *shared: Store) -> None:
        self.shared = list(shared)
        self.local = LocalStore()
        self.left_out_until: dict[Store, float] = {}

    async def call(self, operation: Callable[[Store], Awaitable[ResultT]]) -> ResultT:
        """Run the operation on the first store that responds."""
        for store in self.shared:
            if monotonic() < self.left_out_until.get(store, 0.0):
                continue
            errors: tuple[type[Exception], ...] = (*store.errors, TimeoutError)
            try:
                async with asyncio.timeout(STORE_SECONDS):
                    result = await operation(store)
            except errors as error:
                if store not in self.left_out_until:
                    logger.warning("limits_store_down", store=type(store).__name__, error=type(error).__name__)
                self.left_out_until[store] = monotonic() + RETRY_SECONDS
            else:
                if self.left_out_until.pop(store, None) is not None:
                    logger.warning("limits_store_back", store=type(store).__name__)
                return result
        return await operation(self.local)


stores = Stores(TableStore())


@asynccontextmanager
async def redis_connected() -> AsyncIterator[None]:
    """Use the Redis of the settings inside the block. Does not wait for it."""
    url = settings.REDIS_URL.get_secret_value()
    if not url:
        yield
        return
    # Only deployments with Redis need its package.
    from app.core.limits.redis import RedisStore

    redis = RedisStore(url)
    stores.shared.insert(0, redis)
    try:
        yield
    finally:
        stores.shared.remove(redis)
        await redis.aclose()
