"""The parts of a request's story. A feature offers its part as `read_story` in `story.py`:

async def read_story(*, session: AutocommitSession, request_id: str) -> list[StoryEvent]
"""

from datetime import datetime

from sqlmodel import SQLModel

MAX_EVENTS = 500
"""Of one feature. A request causes far fewer."""


class StoryEvent(SQLModel):
    """One event that a request caused, now or later."""

    at: datetime
    kind: str
    """What it happened to, such as `job`."""
    title: str
    event: str
    """What happened, such as `failed`."""
    detail: str | None = None
    link: str | None = None
    """Path in the dashboard, such as `/jobs?job=7`."""
