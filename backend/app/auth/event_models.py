"""Models of security events, apart from `models.py` because of its length."""

import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.auth import devices
from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.lists.pagination import ListParams, Page

SIGN_INS = ("sign_in", "sign_in_new_device")
MAX_KIND = 50


class SecurityEvent(SQLModel, table=True):
    """Something that happened to a user's account. Nothing changes it, and it is deleted after a year."""

    __tablename__ = "security_events"
    __grants__ = ("SELECT", "INSERT")
    __table_args__ = (
        Index("ix_security_events_user_id_id", "user_id", "id"),
        Index("ix_security_events_at", "at"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    at: datetime = Field(default_factory=utc_now)
    kind: str = Field(sa_type=Text)
    """Such as `password_changed`. Features bring their own; the dashboard knows the words for them."""
    session_id: uuid.UUID | None = None
    """The session that began, or in which the user did it. No foreign key: the event survives the session."""
    device: str | None = Field(default=None, max_length=devices.MAX_LENGTH)
    ip: str | None = Field(default=None, max_length=64)
    network: str | None = Field(default=None, max_length=64)
    """What `ip` counts as when sign-ins are compared (`network_of`). None for other events."""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """Small values without secrets, such as `by` (`superuser`) or the address before a change."""


class SecurityEventPublic(SQLModel):
    id: uuid.UUID
    at: datetime
    kind: str
    device: str | None
    """Browser and system of the session, such as `Firefox on Windows`."""
    ip: str | None
    """None for what a superuser did."""
    details: dict[str, Any]


class SecurityEventsPublic(Page[SecurityEventPublic]):
    pass


class SecurityEventsParams(ListParams):
    kind: str | None = Field(default=None, max_length=MAX_KIND)
    sort: Literal["at", "-at"] = "-at"


class LinkToken(SQLModel):
    """The token of a link in a mail."""

    token: str = Field(max_length=512)
