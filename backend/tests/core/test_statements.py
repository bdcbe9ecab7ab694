from enum import StrEnum

import pytest
from sqlalchemy import insert
from sqlmodel import Field, MetaData, SQLModel

from app.core.database.statements import Statement


class Base(SQLModel):
    """Base of tables that are not part of the schema."""

    metadata = MetaData()


class Colour(StrEnum):
    RED = "red"


def test_enum_column_is_refused_with_an_alternative() -> None:
    class Painted(Base, table=True):
        id: int = Field(primary_key=True)
        colour: Colour

    with pytest.raises(TypeError, match=r"^colour: .* Literal\[...\] with Field\(sa_type=Text\)$"):
        Statement(insert(Painted))
