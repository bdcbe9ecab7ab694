"""A duplicate value is an error at its field, without code in the feature."""

from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint, func, insert, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.database.duplicates import duplicate
from app.core.database.statements import Statement
from app.core.errors import AppError
from app.core.http.problems import translate_database_error
from app.core.ids import new_id
from app.users.models import User
from tests.users.factories import create_user

metadata = MetaData(naming_convention=SQLModel.metadata.naming_convention)
owners = Table("owners", metadata, Column("id", Integer, primary_key=True))
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner_id", ForeignKey("owners.id"), unique=True),
    Column("title", String),
    Column("short_name", String, unique=True),
    Column("code", String, index=True, unique=True),
    Column("starts_on", String),
    UniqueConstraint("owner_id", "title"),
    UniqueConstraint("title", "starts_on", name="a_name_of_its_own"),
    Index("uq_notes_owner_title_text", text("owner_id"), text("lower(coalesce(title, ''))"), unique=True),
)
Index("uq_notes_lower_title", func.lower(notes.c.title), unique=True)


def fields_of(table: str | None, constraint: str | None) -> tuple[str, list[str]]:
    violation = SimpleNamespace(diag=SimpleNamespace(table_name=table, constraint_name=constraint))
    error = duplicate(cast(UniqueViolation, violation), metadata)
    return error.detail, [each.field for each in error.errors]


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("uq_notes_short_name", ["short_name"]),
        ("ix_notes_code", ["code"]),
        ("uq_notes_owner_id_title", ["title"]),
        ("uq_notes_owner_id", ["owner_id"]),
        ("a_name_of_its_own", ["title", "starts_on"]),
        ("uq_notes_lower_title", ["title"]),
        ("uq_notes_owner_title_text", ["title"]),
        ("pk_notes", ["id"]),
        ("unknown", []),
        (None, []),
    ],
)
def test_constraint_names_its_fields(constraint: str | None, fields: list[str]) -> None:
    detail, found = fields_of("notes", constraint)
    assert found == fields
    assert ("these values" in detail) == (len(fields) != 1)


def test_message_is_readable() -> None:
    assert fields_of("notes", "uq_notes_short_name")[0] == "A record with this short name already exists"
    assert fields_of("unknown", "uq_unknown_name") == ("A record with these values already exists", [])


def assert_at_email(error: AppError) -> None:
    assert (error.status, error.code) == (409, "DUP_001")
    assert [(each.field, each.code) for each in error.errors] == [("email", "duplicate")]


async def test_flush_reports_the_field(session: AsyncSession) -> None:
    user = await create_user(session)
    session.add(User(email=user.email, hashed_password="-"))
    with pytest.raises(IntegrityError) as caught:
        await session.flush()
    await session.rollback()
    assert_at_email(translate_database_error(caught.value))


async def test_statement_reports_the_field(session: AsyncSession) -> None:
    user = await create_user(session)
    values: dict[str, Any] = {**user.model_dump(), "id": new_id()}
    with pytest.raises(psycopg.Error) as caught:
        await db.autocommit_session.one(Statement(insert(User).returning(col(User.id))), **values)
    assert_at_email(translate_database_error(caught.value))
