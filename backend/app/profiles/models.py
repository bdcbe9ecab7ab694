"""Profiles: what a user tells about themselves, beside their account, and a username to sign in with."""

import re
import unicodedata
import uuid
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.fields import Day, Flag, NotBlank
from app.core.models import READ_WRITE, PartialUpdate, Versioned

MAX_DOCUMENT_BYTES = 16 * 1024


class ProfileDocument(PartialUpdate):
    """The project's own fields of a profile. A request changes only those that it contains."""

    model_config = ConfigDict(extra="forbid")

    # Edit these: the form in the dashboard follows (docs/profiles.md). Each needs a default.
    job_title: str | None = Field(default=None, max_length=100, title="Job title")
    bio: str | None = Field(
        default=None, max_length=5000, title="About you", description="A few sentences that introduce you."
    )
    birthday: Day | None = Field(default=None, title="Birthday")
    language: Literal["English", "Deutsch", "Français"] | None = Field(default=None, title="Preferred language")
    newsletter: Flag = Field(default=False, title="Newsletter", description="Get an email about news once in a while.")

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "ProfileDocument":
        """Return the document of a row. An earlier release can have stored what this one does not accept.

        Such fields have their defaults here, and stay in the row.
        """
        known = {name: value for name, value in stored.items() if name in cls.model_fields}
        try:
            return cls.model_validate(known)
        except ValidationError:
            return cls.model_construct(**{name: value for name in known for value in cls._accepted(name, known[name])})

    @classmethod
    def _accepted(cls, name: str, value: Any) -> list[Any]:
        try:
            return [getattr(cls.model_validate({name: value}), name)]
        except ValidationError:
            return []


def _normalized(value: object) -> object:
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


def _checked(username: str) -> str:
    if not re.fullmatch(_USERNAME, username):
        raise PydanticCustomError("username", "Use only the letters A to Z, digits and _ . -")
    return username


# ASCII only, as before the @ of an address, so that letters that look alike cannot pretend to be another user.
_USERNAME = "[A-Za-z0-9_.-]*"
Username = Annotated[
    str,
    BeforeValidator(_normalized),
    StringConstraints(min_length=3, max_length=50),
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": 50, "pattern": f"^{_USERNAME}$"}),
]
"""Letters, digits and `_ . -`. Unique without case, and never an address."""

PersonName = Annotated[str, Field(min_length=1, max_length=100), NotBlank()]


class Profile(Versioned, table=True):
    """The profile of one user. Users who have changed nothing have no row."""

    __tablename__ = "profiles"
    __grants__ = READ_WRITE
    __table_args__ = (
        Index("uq_profiles_username", text("lower(username)"), unique=True),
        # For queries such as `document @> '{"newsletter": true}'`.
        Index(
            "ix_profiles_document",
            "document",
            postgresql_using="gin",
            postgresql_ops={"document": "jsonb_path_ops"},
        ),
    )

    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True)
    username: str | None = Field(default=None, max_length=50)
    first_name: str | None = Field(default=None, max_length=100)
    last_name: str | None = Field(default=None, max_length=100)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": "{}"})


class ProfileUpdate(PartialUpdate):
    """Body of a request that changes a profile. An absent field keeps its value, also in the document."""

    username: Username | None = Field(
        default=None,
        title="Username",
        description="3 to 50 letters, digits, dots, hyphens or underscores. You can log in with it.",
    )
    first_name: PersonName | None = Field(default=None, title="First name")
    last_name: PersonName | None = Field(default=None, title="Last name")
    document: ProfileDocument = Field(default=None)


class ProfilePublic(SQLModel):
    """A profile as the API returns it. The version is 0 until the first change."""

    user_id: uuid.UUID
    username: str | None
    first_name: str | None
    last_name: str | None
    document: ProfileDocument
    version: int
