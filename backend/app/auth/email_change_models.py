"""Models of changes of an address, apart from `models.py` because of its length."""

import uuid
from datetime import datetime

from sqlmodel import Field, SQLModel

from app.core.models import READ_WRITE


class EmailChange(SQLModel, table=True):
    """A new address of a user that waits for its confirmation. A newer request replaces it.

    Its link is a `OneTimeToken`, which the worker creates with the mail. Without this row the link is not valid, so
    whatever deletes the row also stops a mail that waits.
    """

    __tablename__ = "email_changes"
    __grants__ = READ_WRITE

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    session_id: uuid.UUID
    """The session that requested it, which stays when the others end. No foreign key: it can end by itself."""
    email: str = Field(max_length=254)
    expires_at: datetime


class OwnEmail(SQLModel):
    email: str
    pending_email: str | None
    """The new address, until it is confirmed."""
    pending_until: datetime | None
