from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from app.auth.deps import CurrentUser
from app.core.database.session import AutocommitDep
from app.core.errors import TooManyRequests
from app.core.http.openapi import raises
from app.core.http.streaming import Stream
from app.core.runtime.change_listener import Subscriber, change_listener
from app.live.service import STREAM_SECONDS, events

router = APIRouter(tags=["live"])

DATA = {"type": "object", "properties": {"topic": {"type": "string"}}}
STREAM = {"description": "The data of each event", "content": {"text/event-stream": {"schema": DATA}}}


@raises(TooManyRequests)
async def open_reader(current_user: CurrentUser) -> AsyncIterator[Subscriber]:
    """Until the answer has ended, however it does."""
    with change_listener.subscribe(str(current_user.id)) as subscriber:
        yield subscriber


@router.get("/events", response_class=StreamingResponse, responses={200: STREAM})
async def read_events(
    session: AutocommitDep, current_user: CurrentUser, subscriber: Annotated[Subscriber, Depends(open_reader)]
) -> Any:
    """Server-sent events. `ready` comes first; `change` names a topic in which rows that you may see have changed
    (`{"topic": "users"}`; the topic `*` stands for all of them); `end` says that your session has ended.
    """
    stream = events(session, subscriber, current_user.session_id)
    headers = {"X-Accel-Buffering": "no"}  # asks a proxy to pass on each event at once
    return Stream(stream, media_type="text/event-stream", seconds=STREAM_SECONDS + 60, headers=headers)
