"""The limits in Redis or Valkey: scripts, which the server runs one at a time. Needs the package `redis`."""

import secrets
from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from app.core.limits.store import (
    FIRST_WAIT_SECONDS,
    MAX_WAIT_SECONDS,
    WINDOW_SECONDS,
    Attempt,
    Hit,
    Minute,
    MinuteTotal,
)
from app.core.settings import settings

TIMEOUT_SECONDS = 0.5
CONNECTIONS = 10
_FORGOTTEN_SECONDS = 30 * 24 * 3600

# Times are microseconds since 1970, which a score can hold exactly.
_HIT = f"""
local now, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - {WINDOW_SECONDS * 1_000_000})
local count = redis.call('ZCARD', KEYS[1])
local refused = count >= limit
if not refused then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  count = count + 1
end
redis.call('EXPIRE', KEYS[1], {WINDOW_SECONDS})
local place = math.max(count - limit, 0)
local oldest = redis.call('ZRANGE', KEYS[1], place, place, 'WITHSCORES')[2]
return {{refused and 1 or 0, count, oldest}}
"""
_ATTEMPT = f"""
local now, free = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = redis.call('HMGET', KEYS[1], 'failures', 'free_at')
local failures, free_at = tonumber(known[1] or '0'), tonumber(known[2] or '0')
local refused = free_at > now
if not refused then
  failures = failures + 1
  free_at = 0
  if failures >= free then
    local wait = math.min({MAX_WAIT_SECONDS}, {FIRST_WAIT_SECONDS} * 2 ^ math.min(failures - free, 10))
    free_at = now + wait * 1000000
  end
  redis.call('HSET', KEYS[1], 'failures', failures, 'free_at', string.format('%.0f', free_at))
  redis.call('EXPIRE', KEYS[1], {_FORGOTTEN_SECONDS})
end
return {{refused and 1 or 0, string.format('%.0f', free_at)}}
"""


class RedisStore:
    errors: tuple[type[Exception], ...] = (RedisError, OSError)

    def __init__(self, url: str) -> None:
        # Of this deployment only: several can share a server.
        self._prefix = f"{settings.FRONTEND_URL}:limits:"
        pool: Any = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=TIMEOUT_SECONDS,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            decode_responses=True,
        )
        self._redis: Any = Redis.from_pool(pool)

    async def hit(self, key: str, limit: int, now: datetime) -> Hit:
        refused, count, oldest = await self._run(_HIT, key, _micros(now), limit, secrets.token_hex(8))
        return Hit(bool(refused), int(count), _time(float(oldest)))

    async def attempt(self, key: str, free: int, now: datetime) -> Attempt:
        refused, free_at = await self._run(_ATTEMPT, key, _micros(now), free)
        return Attempt(bool(refused), _time(float(free_at)) if float(free_at) else None)

    async def clear(self, keys: Sequence[str]) -> None:
        await self._redis.delete(*(self._prefix + key for key in keys))

    async def add(self, counts: Mapping[Minute, int]) -> Collection[MinuteTotal]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for each, count in counts.items():
                pipeline.incrby(self._minute(each), count)
                pipeline.expire(self._minute(each), 3 * 60)
                pipeline.get(self._minute(each._replace(minute=each.minute - 1)))
            results = await pipeline.execute()
        found = zip(counts, results[::3], results[2::3], strict=True)
        return [MinuteTotal(each, int(count), int(previous or 0)) for each, count, previous in found]

    async def ping(self) -> None:
        """Raises one of `errors` if the server does not respond."""
        await cast(Awaitable[Any], self._redis.ping())

    async def aclose(self) -> None:
        await self._redis.aclose()

    async def _run(self, script: str, key: str, *arguments: object) -> list[Any]:
        return await cast(Awaitable[list[Any]], self._redis.eval(script, 1, self._prefix + key, *arguments))

    def _minute(self, each: Minute) -> str:
        return f"{self._prefix}minute:{each.kind}:{each.minute}:{each.user_id}"


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)


def _time(micros: float) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)
