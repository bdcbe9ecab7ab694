from enum import StrEnum

import pytest
from sqlalchemy import insert
from sqlmodel import Field, MetaData, SQLModel

from app.core.database.statements import Statement


class Base(SQLModel):
    """Tables of these tests are no part of the schema."""

    metadata = MetaData()


class Colour(StrEnum):
    RED = "red"


def test_enum_is_refused_with_what_to_write_instead() -> None:
    class Painted(Base, table=True):
        id: int = Field(primary_key=True)
        colour: Colour

    with pytest.raises(TypeError, match=r"^colour: .* Literal\[...\] with Field\(sa_type=Text\)$"):
        Statement(insert(Painted))
