from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from app.auth.deps import CurrentSession
from app.core.database.session import AutocommitDep
from app.core.errors import TooManyRequests
from app.core.http.openapi import raises
from app.core.http.streaming import Stream
from app.core.runtime.change_listener import Subscriber, change_listener
from app.live.service import STREAM_SECONDS, events

router = APIRouter(tags=["live"])

DATA = {"type": "object", "properties": {"topic": {"type": "string"}}}
STREAM = {"description": "Data of each event", "content": {"text/event-stream": {"schema": DATA}}}


@raises(TooManyRequests)
async def subscribe(current_session: CurrentSession) -> AsyncIterator[Subscriber]:
    """Subscribe the user until the response ends, whether it completes or fails."""
    with change_listener.subscribe(str(current_session.id)) as subscriber:
        yield subscriber


@router.get("/events", response_class=StreamingResponse, responses={200: STREAM})
async def read_events(
    session: AutocommitDep, current_session: CurrentSession, subscriber: Annotated[Subscriber, Depends(subscribe)]
) -> Any:
    """Stream changes as server-sent events.

    `ready` is the first event. `change` names a topic in which rows that you can see have changed, for example
    `{"topic": "users"}`; the topic `*` means all topics. `end` means that your session has ended.
    """
    stream = events(session, subscriber, current_session.session_id)
    headers = {"X-Accel-Buffering": "no"}  # makes proxies forward each event immediately
    return Stream(stream, media_type="text/event-stream", seconds=STREAM_SECONDS + 60, headers=headers)
