"""What the audit log tells about a request."""

from app.audit import crud
from app.core.database.statements import AutocommitSession
from app.core.story import StoryEvent


async def read_story(*, session: AutocommitSession, request_id: str) -> list[StoryEvent]:
    rows = await crud.read_events_of_request(session=session, request_id=request_id)
    return [
        StoryEvent(
            at=row["created_at"],
            kind="audit",
            title=row["record_type"],
            event=row["action"],
            link=f"/audit?event={row['id']}",
        )
        for row in rows
    ]
