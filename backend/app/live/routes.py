from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from app.auth.deps import CurrentUser
from app.core.changes import Reader, changes
from app.core.errors import TooManyRequests
from app.core.openapi import raises
from app.core.streams import Stream
from app.live.service import STREAM_SECONDS, events

router = APIRouter(tags=["live"])

DATA = {"type": "object", "properties": {"topic": {"type": "string"}}}
STREAM = {"description": "The data of each event", "content": {"text/event-stream": {"schema": DATA}}}


@raises(TooManyRequests)
async def open_reader(current_user: CurrentUser) -> AsyncIterator[Reader]:
    """Until the answer has ended, however it does."""
    with changes.reader(str(current_user.id)) as reader:
        yield reader


@router.get("/events", response_class=StreamingResponse, responses={200: STREAM})
async def read_events(current_user: CurrentUser, reader: Annotated[Reader, Depends(open_reader)]) -> Any:
    """Server-sent events. `ready` comes first; `change` names a topic in which rows that you may see have changed
    (`{"topic": "users"}`; the topic `*` stands for all of them); `end` says that your session has ended.
    """
    stream = events(reader, current_user.session_id)
    headers = {"X-Accel-Buffering": "no"}  # asks a proxy to pass on each event at once
    return Stream(stream, media_type="text/event-stream", seconds=STREAM_SECONDS + 60, headers=headers)
