import uuid
from datetime import datetime
from enum import StrEnum
from typing import Literal

from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.models import Email
from app.users.models import AnyPassword, Password, UserPublic


class UserSession(SQLModel, table=True):
    """Session of a browser or an API client. Its access token is valid only as long as this row exists."""

    __tablename__ = "user_sessions"

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime


class TokenPurpose(StrEnum):
    RESET_PASSWORD = "reset_password"


class OneTimeToken(SQLModel, table=True):
    """The latest secret sent to a user for one purpose; a new one replaces it.

    It is bound to the account and to the address that it was sent to. Only its hash is stored.
    """

    __tablename__ = "one_time_tokens"

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    purpose: str = Field(max_length=32, primary_key=True)
    token_hash: bytes = Field(unique=True)
    email: str = Field(max_length=254)
    expires_at: datetime
    used_at: datetime | None = None


class SessionUser(UserPublic):
    """The signed-in user, with the session of the request."""

    session_id: uuid.UUID

    @property
    def visible_owner_id(self) -> uuid.UUID | None:
        """Owner of the rows that the user can see: the user, or None (all owners) for a superuser."""
        return None if self.is_superuser else self.id


class Token(SQLModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"


class LoginSession(SQLModel):
    """Credentials from the dashboard."""

    email: Email
    password: AnyPassword


class NewPassword(SQLModel):
    token: str = Field(max_length=512)
    new_password: Password
