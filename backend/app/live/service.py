"""The event stream of one browser tab: what has changed, for as long as its session lasts."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator

import psycopg

from app.auth import crud
from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row
from app.core.http.server_sent_events import KEEP_ALIVE, server_sent_event
from app.core.runtime.change_listener import Subscriber

STREAM_SECONDS = 3600.0
"""A stream ends after that, and the browser opens another: no stream stays on one worker forever."""
KEEP_ALIVE_SECONDS = 15.0
PAUSE_SECONDS = 0.2
"""Changes that come faster are sent together."""
RETRY_SECONDS = 1.0

READY = server_sent_event("ready", {}, retry_ms=2000)
END = server_sent_event("end", {})

# However many streams wake up together, they leave the pool's connections to the requests.
_few_concurrently = asyncio.Semaphore(2)


async def events(session: AutocommitSession, subscriber: Subscriber, session_id: uuid.UUID) -> AsyncIterator[bytes]:
    """Permissions are read just before an event is sent, so that a lost one counts immediately."""
    ends_at = time.monotonic() + STREAM_SECONDS
    first = READY
    while not subscriber.closed and time.monotonic() < ends_at:
        own, others = taken = subscriber.take()  # before the permissions are read: they must not be older
        try:
            access = await _access(session, session_id)
        except psycopg.OperationalError:  # the database is away: keep the stream, and the events for later
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


async def _access(session: AutocommitSession, session_id: uuid.UUID) -> Row | None:
    async with _few_concurrently:
        return await crud.get_access(session=session, session_id=session_id)


def _change(topic: str) -> bytes:
    return server_sent_event("change", {"topic": topic})


async def _until_woken(subscriber: Subscriber, access: Row, ends_at: float) -> AsyncIterator[bytes]:
    """Returns at a change, or at the end of the session, of the stream or of the process."""
    expires_at = time.monotonic() + (access["expires_at"] - utc_now()).total_seconds()
    while (left := min(expires_at, ends_at) - time.monotonic()) > 0:
        if await subscriber.wait(min(left, KEEP_ALIVE_SECONDS)):
            return
        yield KEEP_ALIVE
