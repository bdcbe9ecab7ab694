"""Bases and types that every feature's models share."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict
from pydantic import Field as PydanticField
from sqlmodel import SQLModel

from app.core.email_address import normalize_email

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Email = Annotated[
    str,
    PydanticField(max_length=254, json_schema_extra={"format": "email"}),
    AfterValidator(normalize_email),
]
"""An e-mail address, in the one form that is stored and compared."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def _drop_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class PartialUpdate(SQLModel):
    """Base of update bodies: an absent field stays as it is, null is for nullable fields only.

    Give each field `default=None` whatever its type: the default is never read, because updates
    use `model_dump(exclude_unset=True)`, and it does not show in the OpenAPI document.
    """

    model_config = ConfigDict(json_schema_extra=_drop_defaults)  # type: ignore[assignment]


class Message(SQLModel):
    message: str


def columns(table: type[SQLModel], public: type[SQLModel]) -> list[Any]:
    """The table's columns that the public model shows, for a `select()` without entities."""
    return [getattr(table, name) for name in public.model_fields]
