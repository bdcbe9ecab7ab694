"""The jobs and mails that a request caused."""

from app.core.database.statements import AutocommitSession
from app.core.story import StoryEvent
from app.operations import crud


async def read_story(*, session: AutocommitSession, request_id: str) -> list[StoryEvent]:
    return [
        *await _jobs(session, request_id),
        *await _mails(session, request_id),
    ]


async def _jobs(session: AutocommitSession, request_id: str) -> list[StoryEvent]:
    return [
        StoryEvent(
            at=row["at"],
            kind="job",
            title=row["name"],
            event=row["event"],
            detail=row["last_error"] if row["event"] == "failed" else None,
            link=f"/jobs?job={row['id']}",
        )
        for row in await crud.read_job_events(session=session, request_id=request_id)
    ]


async def _mails(session: AutocommitSession, request_id: str) -> list[StoryEvent]:
    events = []
    for row in await crud.read_mails_of_request(session=session, request_id=request_id):
        mail = {"kind": "mail", "title": row["subject"] or row["template"], "link": f"/mail?mail={row['id']}"}
        events.append(StoryEvent(at=row["created_at"], event="queued", **mail))
        if row["state"] != "queued":
            at = row["sent_at"] or row["attempted_at"] or row["created_at"]
            events.append(StoryEvent(at=at, event=row["state"], detail=row["last_error"], **mail))
    return events
