import uuid
from datetime import datetime
from typing import Annotated, Literal

from pydantic import StrictBool
from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.fields import Email, Name
from app.core.ids import new_id
from app.core.lists.daily_counts import DayCount
from app.core.lists.pagination import ListFilter, ListParams, Page
from app.core.models import READ_WRITE, PartialUpdate, Versioned
from app.core.security.passwords import MAX_LENGTH

Password = Annotated[str, Field(min_length=8, max_length=MAX_LENGTH)]
AnyPassword = Annotated[str, Field(max_length=MAX_LENGTH)]
"""An existing password, which is compared. It has no minimum length, so that a short one is wrong, not invalid."""


class UserBase(SQLModel):
    email: Email
    full_name: Name | None = None
    is_active: StrictBool = True
    is_superuser: StrictBool = False


class UserCreate(UserBase):
    """A new user, as created by a superuser."""

    password: Password


class UserRegister(SQLModel):
    """A new user, as created by sign-up."""

    email: Email
    password: Password
    full_name: Name | None = None


class UserUpdate(PartialUpdate):
    """Changes to a user by a superuser."""

    email: Email = Field(default=None)
    full_name: Name | None = None
    is_active: StrictBool = Field(default=None)
    is_superuser: StrictBool = Field(default=None)
    password: Password = Field(default=None)


class UserUpdateMe(PartialUpdate):
    """Changes to a user by themselves. Another address is refused: `POST /users/me/email` changes it."""

    email: Email = Field(default=None)
    full_name: Name | None = None


class UpdatePassword(SQLModel):
    current_password: AnyPassword
    new_password: Password


class User(UserBase, Versioned, table=True):
    __tablename__ = "users"
    __grants__ = READ_WRITE
    __table_args__ = (
        Index("ix_users_created_at", "created_at", "id"),
        Index("ix_users_full_name", text("lower(coalesce(full_name, ''))"), "id"),
        # The few users that the list's filters look for.
        Index("ix_users_superusers", "created_at", "id", postgresql_where=text("is_superuser")),
        Index("ix_users_inactive", "created_at", "id", postgresql_where=text("NOT is_active")),
        # The searched columns.
        Index("ix_users_email_search", "email", postgresql_using="gin", postgresql_ops={"email": "gin_trgm_ops"}),
        Index(
            "ix_users_full_name_search",
            "full_name",
            postgresql_using="gin",
            postgresql_ops={"full_name": "gin_trgm_ops"},
        ),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    full_name: str | None = Field(default=None, max_length=255)
    hashed_password: str
    avatar_url: str | None = Field(default=None, max_length=255)
    """The URL is stored in full, because responses are built directly from the columns."""
    created_at: datetime = Field(default_factory=utc_now)


class UserPublic(SQLModel):
    id: uuid.UUID
    email: str
    full_name: str | None
    is_active: bool
    is_superuser: bool
    created_at: datetime
    version: int
    avatar_url: str | None


class UsersPublic(Page[UserPublic]):
    pass


class UsersFilter(ListFilter):
    is_active: bool | None = None
    is_superuser: bool | None = None
    factor: str | None = Field(default=None, max_length=32)
    """Only users who have set up this second factor. `none`: only users without any."""
    sort: Literal["created_at", "-created_at", "email", "-email", "full_name", "-full_name"] = "-created_at"


class UsersParams(UsersFilter, ListParams):
    pass


class UsersStats(SQLModel):
    count: int
    active_count: int
    superuser_count: int
    days: list[DayCount]
    """Number of users created on each day."""
