import uuid
from datetime import datetime
from enum import StrEnum
from typing import Literal

from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.models import Email
from app.users.models import Password, UserPublic


class UserSession(SQLModel, table=True):
    """A signed-in browser or client. A token is good only while its row is here."""

    __tablename__ = "user_sessions"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime


class TokenPurpose(StrEnum):
    RESET_PASSWORD = "reset_password"


class OneTimeToken(SQLModel, table=True):
    """The one living secret that a user was sent for a purpose; a newer one takes its place.

    Bound to the account and to the address that it was sent to. Only its hash is stored.
    """

    __tablename__ = "one_time_tokens"

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    purpose: str = Field(max_length=32, primary_key=True)
    token_hash: bytes = Field(unique=True)
    email: str = Field(max_length=254)
    expires_at: datetime
    used_at: datetime | None = None


class SessionUser(UserPublic):
    """Who asks, and by which session."""

    session_id: uuid.UUID

    @property
    def visible_owner_id(self) -> uuid.UUID | None:
        """Whose rows the user may see: his own, or everybody's for a superuser."""
        return None if self.is_superuser else self.id


class Token(SQLModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"


class LoginSession(SQLModel):
    """What the dashboard sends. The limits are wide: a wrong password is not a malformed one."""

    email: Email
    password: str = Field(max_length=128)


class NewPassword(SQLModel):
    token: str = Field(max_length=512)
    new_password: Password
