import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.lists.pagination import ListFilter, ListParams, Page

Fields = dict[str, Any]


class AuditEvent(SQLModel, table=True):
    """A change of a record, which the trigger `audit` of its table has written. Nothing changes or deletes it."""

    __tablename__ = "audit_events"
    __grants__ = ("SELECT",)
    __table_args__ = (
        Index("ix_audit_events_created_at", "created_at", "id"),
        Index("ix_audit_events_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_audit_events_action_created_at", "action", "created_at", "id"),
        Index("ix_audit_events_request_id", "request_id"),
        Index("ix_audit_events_record_id_created_at", "record_id", "created_at", "id"),
    )

    id: uuid.UUID = Field(primary_key=True, sa_column_kwargs={"server_default": text("gen_random_uuid()")})
    created_at: datetime = Field(sa_column_kwargs={"server_default": text("clock_timestamp()")})
    user_id: uuid.UUID | None = None
    """No foreign key: the event survives the user."""
    principal: str = Field(sa_type=Text)
    """`session`, or `anonymous` for a visitor's request, or `system` for a job or a command."""
    action: str = Field(sa_type=Text)
    """Record type and change, such as `user.update`."""
    record_type: str = Field(sa_type=Text)
    record_id: str = Field(sa_type=Text)
    client: str | None = Field(default=None, sa_type=Text)
    request_id: str | None = Field(default=None, sa_type=Text)
    before: Fields | None = Field(default=None, sa_type=JSONB)
    """The changed fields, with secrets masked. None for a new record."""
    after: Fields | None = Field(default=None, sa_type=JSONB)


class AuditEventPublic(SQLModel):
    id: uuid.UUID
    created_at: datetime
    user_id: uuid.UUID | None
    user_email: str | None
    """The user's address today, or None if they no longer exist."""
    principal: str
    action: str
    record_type: str
    record_id: str
    client: str | None
    request_id: str | None
    before: Fields | None
    after: Fields | None


class AuditEventsPublic(Page[AuditEventPublic]):
    pass


class AuditEventsFilter(ListFilter):
    action: str | None = Field(default=None, max_length=100)
    user_id: uuid.UUID | None = None
    record_id: str | None = Field(default=None, max_length=255)
    request_id: str | None = Field(default=None, max_length=64)
    since: datetime | None = None
    until: datetime | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class AuditEventsParams(AuditEventsFilter, ListParams):
    pass
