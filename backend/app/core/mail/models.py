import uuid
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.models import READ_WRITE

MAX_ERROR = 500

MailState = Literal["queued", "sent", "failed", "skipped"]


class Mail(SQLModel, table=True):
    """A mail to send, or one of the last 90 days. Its body is never stored, because it can contain a token.

    It goes to the account `recipient_id` or to `address`. The job looks the account up, so a request does not need to
    know whether an address has one.
    """

    __tablename__ = "mails"
    __grants__ = READ_WRITE
    __table_args__ = (
        Index("ix_mails_address_created_at", "address", "template", "created_at"),
        Index("ix_mails_recipient_id_attempted_at", "recipient_id", "template", "attempted_at"),
        Index("ix_mails_created_at", "created_at", "id"),
        Index("ix_mails_queued", "id", postgresql_where=text("state = 'queued'")),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    template: str = Field(max_length=64)
    """Feature and function, such as `auth.password_recovery`."""
    recipient_id: uuid.UUID | None = None
    """The user's id. No foreign key: the kernel knows no users, and the row survives them."""
    address: str | None = Field(default=None, max_length=254)
    context: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """Ids and small values, never a token."""
    request_id: str | None = Field(default=None, max_length=64, index=True)
    subject: str | None = Field(default=None, max_length=255)
    state: MailState = Field(default="queued", sa_type=Text)
    attempts: int = 0
    last_error: str | None = Field(default=None, max_length=MAX_ERROR)
    """The mail server's words without the recipient's address, or why nothing was sent."""
    message_id: str | None = Field(default=None, max_length=320)
    """Stored before the first attempt, so that each copy of the mail has the same. Resend gives a new one."""
    created_at: datetime = Field(default_factory=utc_now)
    retry_until: datetime
    attempted_at: datetime | None = None
    sent_at: datetime | None = None
