import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.auth import devices, email_change_models, event_models  # noqa: F401 - their tables belong here, too
from app.core.clock import utc_now
from app.core.fields import Email
from app.core.ids import new_id
from app.core.lists.pagination import ListParams, Page
from app.core.models import READ_WRITE
from app.users.models import AnyPassword, Password, UserPublic

RECENT = timedelta(minutes=10)
"""How long an authentication counts as recent."""


class UserSession(SQLModel, table=True):
    """Session of a browser or an API client. Its tokens are valid only as long as this row exists."""

    __tablename__ = "user_sessions"
    __grants__ = READ_WRITE
    __table_args__ = (Index("ix_user_sessions_user_id_id", "user_id", "id"),)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime
    authenticated_at: datetime | None = None
    """When the user last proved who they are in this session. None, of an earlier release: at its start."""
    factor: str | None = Field(default=None, max_length=32)
    """The second factor of that proof (`ChallengeKind.name`). None: only the password."""
    device: str | None = Field(default=None, max_length=devices.MAX_LENGTH)
    ip: str | None = Field(default=None, max_length=64)


class SessionUse(SQLModel, table=True):
    """When a session was last used, to within `service.USE_INTERVAL`.

    Not a column of `user_sessions`: a request can hold a lock on its own session, and each change there wakes the
    user's open streams.
    """

    __tablename__ = "session_uses"
    __grants__ = READ_WRITE

    session_id: uuid.UUID = Field(foreign_key="user_sessions.id", ondelete="CASCADE", primary_key=True)
    at: datetime


class RefreshToken(SQLModel, table=True):
    """The hash of the token that refreshes a session, and of the one that it replaced. Without a row, nothing does.

    Not columns of `user_sessions`, for the reasons of `SessionUse`.
    """

    __tablename__ = "refresh_tokens"
    __grants__ = READ_WRITE

    session_id: uuid.UUID = Field(foreign_key="user_sessions.id", ondelete="CASCADE", primary_key=True)
    token_hash: bytes
    previous_hash: bytes | None = None
    rotated_at: datetime | None = None
    expires_at: datetime
    """When the session ends unless it is refreshed before."""


class SessionPublic(SQLModel):
    id: uuid.UUID
    device: str | None
    """Browser and system at sign-in, such as `Firefox on Windows`."""
    ip: str | None
    created_at: datetime
    last_used_at: datetime
    """To within a few minutes."""
    authenticated_at: datetime
    expires_at: datetime
    is_current: bool
    """Whether it is the session of this request."""


class SessionsPublic(Page[SessionPublic]):
    pass


class SessionsParams(ListParams):
    sort: Literal["created_at", "-created_at"] = "-created_at"

    @property
    def now(self) -> datetime:
        return utc_now()


class TokenPurpose(StrEnum):
    RESET_PASSWORD = "reset_password"
    CONFIRM_EMAIL = "confirm_email"
    UNDO_EMAIL = "undo_email"
    NOT_ME = "not_me"
    # The proof after the password: for a cookie, for a bearer token, and for a session that there is.
    SIGN_IN = "sign_in"
    ACCESS_TOKEN = "access_token"
    REAUTHENTICATE = "reauthenticate"


CHALLENGES = (TokenPurpose.SIGN_IN, TokenPurpose.ACCESS_TOKEN, TokenPurpose.REAUTHENTICATE)
ANSWERS = (TokenPurpose.NOT_ME, TokenPurpose.UNDO_EMAIL)
"""Purposes of links in mails about a change. A further change does not void them: a stranger could make it."""


class SignUp(SQLModel, table=True):
    """A sign-up that waits for the verification of its address. Only then the account is created.

    An address can have several, because a stranger can sign up with it. Each link confirms its own one.
    """

    __tablename__ = "sign_ups"
    __grants__ = READ_WRITE

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(max_length=254, index=True)
    full_name: str | None = Field(default=None, max_length=255)
    hashed_password: str
    created_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime


class SignUpLink(SQLModel, table=True):
    """A link that confirms a sign-up, as long as the sign-up waits. Only the hash of its token is stored."""

    __tablename__ = "sign_up_links"
    __grants__ = READ_WRITE

    token_hash: bytes = Field(primary_key=True)
    sign_up_id: uuid.UUID = Field(foreign_key="sign_ups.id", ondelete="CASCADE", index=True)


class RecentWrite(SQLModel, table=True):
    """When a user last began to write, if there is a replica. Unlogged: noting it waits for no disk.

    Not a column of `user_sessions`: all of the user's sessions count, and a request can hold a lock on its own.
    """

    __tablename__ = "recent_writes"
    __grants__ = READ_WRITE
    __table_args__: ClassVar[dict[str, Any]] = {"prefixes": ["UNLOGGED"]}

    # No foreign key, which would wait for a lock on the user.
    user_id: uuid.UUID = Field(primary_key=True)
    at: datetime


class OneTimeToken(SQLModel, table=True):
    """A secret sent to a user for one purpose. Only its hash is stored.

    It is bound to the account and to the address that it was sent to. A newer one does not replace it: anybody can
    request one, and the owner's link must stay valid.
    """

    __tablename__ = "one_time_links"
    __grants__ = READ_WRITE

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    purpose: str = Field(max_length=32)
    token_hash: bytes = Field(unique=True)
    email: str = Field(max_length=254)
    session_id: uuid.UUID | None = None
    """The session that a challenge was started for. No foreign key, because an ended one authenticates nobody."""
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Wrong answers to a challenge."""
    expires_at: datetime
    used_at: datetime | None = None


class ReplaceableToken(SQLModel, table=True):
    """The table of releases before 0018_auth_links, which a later release drops. Nothing reads it any more."""

    __tablename__ = "one_time_tokens"
    __grants__ = READ_WRITE

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    purpose: str = Field(max_length=32, primary_key=True)
    token_hash: bytes = Field(unique=True)
    email: str = Field(max_length=254)
    expires_at: datetime
    used_at: datetime | None = None


Scope = Literal["read", "write", "admin"]
ALL_SCOPES: frozenset[Scope] = frozenset(("read", "write", "admin"))


class Principal(UserPublic):
    """Who sends a request: a user, and how they proved it. Each kind is a subclass."""

    session_id: uuid.UUID | None = None
    authenticated_at: datetime | None = None
    """When the user last proved who they are, for example by their password. None for a token of a program."""
    has_just_written: bool = False
    """Whether the user's lists have to come from the primary. Always False without a replica."""

    @property
    def kind(self) -> Literal["session", "api_token"]:
        raise NotImplementedError

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the request can do, within the user's own permissions."""
        raise NotImplementedError

    @property
    def acts_as_superuser(self) -> bool:
        """Whether the user is a superuser, and the request can use that: a token needs the scope `admin`."""
        return self.is_superuser and "admin" in self.scopes

    @property
    def visible_owner_id(self) -> uuid.UUID | None:
        """Owner of the rows that the principal can see: the user, or None (all owners) for a superuser."""
        return None if self.acts_as_superuser else self.id


class SessionPrincipal(Principal):
    """A user with a session, of a browser or an API client. It can do whatever the user can."""

    session_id: uuid.UUID
    authenticated_at: datetime
    factor: str | None = None
    """The second factor of that proof."""
    must_set_up_factor: bool = False
    """Whether the settings require a second factor of the user, who has none."""

    @property
    def kind(self) -> Literal["session", "api_token"]:
        return "session"

    @property
    def scopes(self) -> frozenset[Scope]:
        return ALL_SCOPES


class TokenPair(SQLModel):
    access_token: str
    refresh_token: str
    """Works once. The response to it has the next one."""
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    """Seconds until the access token expires."""


class Token(SQLModel):
    access_token: str
    refresh_token: str | None = None
    """Only with the scope `offline_access`. It works once."""
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    """Seconds until the access token expires."""


class Refresh(SQLModel):
    refresh_token: str = Field(max_length=512)


class LoginSession(SQLModel):
    """Credentials from the dashboard."""

    email: Email
    password: AnyPassword


class NewPassword(SQLModel):
    token: str = Field(max_length=512)
    new_password: Password


class EmailVerification(SQLModel):
    """The token of a link, and the password of its sign-up."""

    token: str = Field(max_length=512)
    password: AnyPassword


class Address(SQLModel):
    email: Email
