"""Base classes of the models of all features. `fields.py` has the types of their fields."""

import uuid
from typing import Any

from pydantic import ConfigDict
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _drop_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class PartialUpdate(SQLModel):
    """Base class of update bodies: an absent field keeps its value, and only nullable fields accept null.

    Give each field `default=None` whatever its type. The default is never read, because updates use
    `model_dump(exclude_unset=True)`, and the OpenAPI document omits it.
    """

    model_config = ConfigDict(json_schema_extra=_drop_defaults)  # type: ignore[assignment]


class Versioned(SQLModel):
    """Base class of tables whose rows have a version. SQLAlchemy increments it; an `update()` statement must do so too.

    Flushing a row that was changed or deleted since it was read raises `StaleDataError`.
    """

    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy passes the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


READ_WRITE = ("SELECT", "INSERT", "UPDATE", "DELETE")
"""`__grants__` of an ordinary table: what the API's role can do with its rows (`core/runtime/grants.py`)."""


class Message(SQLModel):
    message: str


class BulkDelete(SQLModel):
    ids: list[uuid.UUID] = Field(min_length=1, max_length=100)


class Count(SQLModel):
    count: int


def columns(table: type[SQLModel], public: type[SQLModel]) -> list[Any]:
    """Return the table's columns that appear in the public model, for a `select()` without entities."""
    return [getattr(table, name) for name in public.model_fields]
