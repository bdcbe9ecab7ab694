"""A statement with `returns` selects the fields of its model; anything else is refused when it is declared."""

import uuid
from datetime import datetime
from typing import Any, Literal

import pytest
from sqlalchemy import func, insert
from sqlmodel import SQLModel, col, select

from app.core.database.statements import Row, Statement
from app.core.http.responses import respond
from app.core.lists.daily_counts import DailyCounts
from app.core.lists.paged_list import PagedList
from app.core.lists.pagination import Page
from app.core.models import columns
from app.users.models import User, UserPublic, UsersPublic, UsersStats


class Short(SQLModel):
    id: uuid.UUID
    full_name: str | None


class ShortPage(Page[Short]):
    pass


def test_columns_of_the_model_are_accepted() -> None:
    assert Statement(select(*columns(User, Short)), returns=Short).names == ("id", "full_name")
    assert Statement(insert(User).returning(*columns(User, Short)), returns=Short).names == ("id", "full_name")
    assert Statement(select(col(User.full_name), col(User.id)), returns=Short).names == ("full_name", "id")


def test_missing_and_extra_columns_are_named() -> None:
    message = r"not the fields of Short; missing: full_name; not in the model: email, hashed_password$"
    with pytest.raises(TypeError, match=message):
        Statement(select(User.id, User.email, User.hashed_password), returns=Short)


def model(annotation: Any) -> type[SQLModel]:
    return type("Model", (SQLModel,), {"__annotations__": {"value": annotation}})


WRONG_TYPES = [
    (User.id, str, "Model.value is .*str.*, but the column is UUID"),
    (User.version, str | None, "Model.value is .*str.*, but the column is int"),
    (User.is_active, Literal["a"], "Model.value is .*, but the column is bool"),
    (func.count(), datetime, "Model.value is .*datetime.*, but the column is int"),
    (User.full_name, str, r"Model.value is never None, but the column can be NULL"),
]


@pytest.mark.parametrize(("column", "annotation", "message"), WRONG_TYPES)
def test_column_of_another_type_is_refused(column: Any, annotation: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Statement(select(column.label("value")), returns=model(annotation))


@pytest.mark.parametrize(
    ("column", "annotation"),
    [
        (User.id, uuid.UUID | None),
        (User.version, int),
        (User.is_active, bool),
        (User.email, Literal["a", "b"]),
        (func.lower(User.email), str),
        (func.array_agg(User.email), list[str]),
        (User.full_name, str | None),
        (User.created_at, Any),
    ],
)
def test_fitting_or_unknown_column_type_is_accepted(column: Any, annotation: Any) -> None:
    Statement(select(column.label("value")), returns=model(annotation))


def test_rows_of_a_list_are_checked() -> None:
    PagedList(select(*columns(User, Short)), id_column=User.id, sort_keys={"created_at": None}, returns=ShortPage)
    with pytest.raises(TypeError, match="not the fields of UserPublic; missing: avatar_url, created_at"):
        PagedList(select(*columns(User, Short)), id_column=User.id, sort_keys={"created_at": None}, returns=UsersPublic)
    with pytest.raises(TypeError, match=r"^Short is not a Page\[...\]$"):
        PagedList(select(*columns(User, Short)), id_column=User.id, sort_keys={"created_at": None}, returns=Short)


def test_totals_of_daily_counts_are_checked() -> None:
    message = "not the fields of UsersStats; missing: superuser_count; not in the model: other"
    with pytest.raises(TypeError, match=message):
        DailyCounts(User, totals={"active_count": User.is_active, "other": User.is_active}, returns=UsersStats)


def test_response_without_a_field_is_refused() -> None:
    row: Row[Short] = Row(id=uuid.UUID(int=1))
    with pytest.raises(TypeError, match=r"^A response of Short lacks full_name$"):
        respond(Short, row)
    with pytest.raises(TypeError, match=r"^A response of UserPublic lacks avatar_url, created_at"):
        respond(UserPublic, Short(id=uuid.UUID(int=1), full_name=None))


def test_response_shows_the_fields_of_the_model_only() -> None:
    row: Row[Short] = Row(id=uuid.UUID(int=1), full_name="Ada", hashed_password="secret")
    assert respond(Short, row).body == b'{"id":"00000000-0000-0000-0000-000000000001","full_name":"Ada"}'
