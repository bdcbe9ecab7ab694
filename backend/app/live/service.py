"""The stream of one browser tab: what changed, for as long as its session lasts."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator

import psycopg

from app.auth import crud
from app.core.clock import utc_now
from app.core.database.session import autocommit_session
from app.core.database.statements import Row
from app.core.runtime.change_listener import Subscriber

STREAM_SECONDS = 3600.0
"""A stream ends after that, and browsers open another: none stays on a worker for ever."""
KEEP_ALIVE_SECONDS = 15.0
PAUSE_SECONDS = 0.2
"""Changes that come faster are told together."""
RETRY_SECONDS = 1.0

KEEP_ALIVE = b":\n\n"
# Browsers leave out an event without data.
READY = b"retry: 2000\nevent: ready\ndata: {}\n\n"
END = b"event: end\ndata: {}\n\n"

# However many streams wake at once, they leave the pool's connections to the requests.
_few_at_once = asyncio.Semaphore(2)


async def events(subscriber: Subscriber, session_id: uuid.UUID) -> AsyncIterator[bytes]:
    """Who may see what is decided when it is sent, by the rights of that moment."""
    ends_at = time.monotonic() + STREAM_SECONDS
    first = READY
    while not subscriber.closed and time.monotonic() < ends_at:
        own, others = taken = subscriber.take()  # before the look at the rights, which must not be older
        try:
            access = await _access(session_id)
        except psycopg.OperationalError:  # the database is away: what is to be told is kept, and so is the stream
            subscriber.put_back(taken)
            yield KEEP_ALIVE
            await asyncio.sleep(RETRY_SECONDS)
            continue
        if access is None:
            yield END
            return
        subscriber.sees_all = access["is_superuser"]
        topics = own | others if subscriber.sees_all else own
        if message := first + b"".join(map(_change, sorted(topics))):
            yield message
        first = b""
        await asyncio.sleep(PAUSE_SECONDS)
        async for comment in _until_woken(subscriber, access, ends_at):
            yield comment


async def _access(session_id: uuid.UUID) -> Row | None:
    async with _few_at_once:
        return await crud.get_access(session=autocommit_session, session_id=session_id)


async def _until_woken(subscriber: Subscriber, access: Row, ends_at: float) -> AsyncIterator[bytes]:
    """Returns when there is a reason to look: a change, the end of the session, of the stream or of the process."""
    expires_at = time.monotonic() + (access["expires_at"] - utc_now()).total_seconds()
    while (left := min(expires_at, ends_at) - time.monotonic()) > 0:
        if await subscriber.wait(min(left, KEEP_ALIVE_SECONDS)):
            return
        yield KEEP_ALIVE


def _change(topic: str) -> bytes:
    return b"event: change\ndata: %s\n\n" % json.dumps({"topic": topic}).encode()
