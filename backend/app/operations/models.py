"""What superusers see of jobs, mails and the story of a request."""

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from sqlmodel import SQLModel

from app.core.jobs.overview import JobState
from app.core.lists.pagination import ListParams, Page
from app.core.mail.models import MailState
from app.core.story import StoryEvent


class JobPublic(SQLModel):
    """A job. `next_run_at` is null unless it waits for a retry; `last_error` is that of its latest failed run."""

    id: str
    name: str
    queue: str
    state: JobState
    priority: int
    attempts: int
    created_at: datetime
    next_run_at: datetime | None
    request_id: str | None
    last_error: str | None


class JobsPublic(Page[JobPublic]):
    pass


class JobEvent(SQLModel):
    at: datetime
    event: str


class JobDetail(JobPublic):
    """A job with its arguments, in which secrets are masked, and with its latest events, oldest first."""

    arguments: dict[str, Any]
    events: list[JobEvent]


class JobsParams(ListParams):
    state: JobState | None = None
    queue: str | None = Field(default=None, max_length=128)
    name: str | None = Field(default=None, max_length=128)
    request_id: str | None = Field(default=None, max_length=64)
    sort: Literal["created_at", "-created_at"] = "-created_at"


class MailPublic(SQLModel):
    """A mail. `recipient` is the typed address, or the account's address of today."""

    id: uuid.UUID
    template: str
    recipient: str | None
    recipient_id: uuid.UUID | None
    subject: str | None
    state: MailState
    attempts: int
    last_error: str | None
    message_id: str | None
    request_id: str | None
    created_at: datetime
    attempted_at: datetime | None
    sent_at: datetime | None


class MailsPublic(Page[MailPublic]):
    pass


class MailsParams(ListParams):
    state: MailState | None = None
    template: str | None = Field(default=None, max_length=64)
    request_id: str | None = Field(default=None, max_length=64)
    sort: Literal["created_at", "-created_at"] = "-created_at"


class RequestStory(SQLModel):
    """What a request caused, oldest first. It is empty for a request that caused nothing, or that was deleted since."""

    request_id: str
    events: list[StoryEvent]
