"""The tables of the limits. They are unlogged: counting waits for no disk, and a crash of the server resets them."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, DateTime
from sqlmodel import Field, SQLModel

from app.core.models import READ_WRITE

_UNLOGGED: dict[str, Any] = {"prefixes": ["UNLOGGED"]}
MAX_SUBJECT = 200


class RateWindow(SQLModel, table=True):
    """The times of a client's last requests to one group of endpoints, at most as many as the limit."""

    __tablename__ = "rate_windows"
    __grants__ = READ_WRITE
    __table_args__: ClassVar[dict[str, Any]] = _UNLOGGED

    subject: str = Field(max_length=MAX_SUBJECT, primary_key=True)
    hits: list[datetime] = Field(sa_type=ARRAY(DateTime(timezone=True)))
    is_refused: bool
    """Whether the last request was refused."""
    expires_at: datetime


class FailedAttempts(SQLModel, table=True):
    """Wrong passwords in a row for one account, from one place or from all places."""

    __tablename__ = "failed_attempts"
    __grants__ = READ_WRITE
    __table_args__: ClassVar[dict[str, Any]] = _UNLOGGED

    subject: str = Field(max_length=MAX_SUBJECT, primary_key=True)
    failures: int
    free_at: datetime | None
    """When the next attempt is accepted."""
    is_refused: bool
    """Whether the last attempt was refused."""
    attempted_at: datetime


class MinuteCount(SQLModel, table=True):
    """A user's requests in one minute, over all processes."""

    __tablename__ = "minute_counts"
    __grants__ = READ_WRITE
    __table_args__: ClassVar[dict[str, Any]] = _UNLOGGED

    # No foreign key: counting must not wait for a lock on the user.
    user_id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(max_length=16, primary_key=True)
    minute: int = Field(primary_key=True)
    """Since 1970."""
    count: int
