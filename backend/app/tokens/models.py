"""API tokens: long-lived credentials of a user's programs, with fewer permissions than the user has."""

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from sqlalchemy import ARRAY, Index, Text
from sqlmodel import Field, SQLModel

from app.auth.models import Principal, Scope
from app.core.clock import utc_now
from app.core.fields import NotBlank
from app.core.ids import new_id
from app.core.lists.pagination import ListParams, Page
from app.core.models import READ_WRITE

MAX_DAYS = 3650


class ApiToken(SQLModel, table=True):
    """A token. Only its hash is stored, and the last characters, by which users recognize it."""

    __tablename__ = "api_tokens"
    __grants__ = READ_WRITE
    __table_args__ = (Index("ix_api_tokens_user_id_id", "user_id", "id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(max_length=100)
    scopes: list[str] = Field(sa_type=ARRAY(Text))
    token_hash: bytes = Field(unique=True)
    hint: str = Field(max_length=4)
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime = Field(index=True)


class ApiTokenUse(SQLModel, table=True):
    """The day and the address of a token's last use.

    Not columns of `api_tokens`: a request can hold a lock on its own token, and the use of a token is not a change of
    it that the owner's open pages or an audit log need to know of.
    """

    __tablename__ = "api_token_uses"
    __grants__ = READ_WRITE

    token_id: uuid.UUID = Field(foreign_key="api_tokens.id", ondelete="CASCADE", primary_key=True)
    last_used_on: date
    last_used_ip: str | None = Field(default=None, max_length=64)


class ApiTokenCreate(SQLModel):
    """Body of a request that creates a token."""

    name: Annotated[str, Field(min_length=1, max_length=100), NotBlank()]
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    """`read` for `GET`, `write` for the other methods, `admin` for what only superusers can do."""
    expires_in_days: int = Field(default=30, ge=1, le=MAX_DAYS)


class ApiTokenPublic(SQLModel):
    id: uuid.UUID
    name: str
    scopes: list[Scope]
    hint: str
    """The last four characters."""
    created_at: datetime
    expires_at: datetime
    """Expired tokens stay in the list for 30 days."""
    last_used_on: date | None
    last_used_ip: str | None


class CreatedApiToken(ApiTokenPublic):
    """A new token, with the token itself. No other response has it."""

    token: str


class ApiTokensPublic(Page[ApiTokenPublic]):
    pass


class ApiTokensParams(ListParams):
    sort: Literal["created_at", "-created_at"] = "-created_at"


class ApiTokenPrincipal(Principal):
    """A user whose program sends an API token."""

    token_id: uuid.UUID
    granted: frozenset[Scope]
    last_used_on: date | None
    last_used_ip: str | None

    @property
    def kind(self) -> Literal["session", "api_token"]:
        return "api_token"

    @property
    def scopes(self) -> frozenset[Scope]:
        return self.granted
