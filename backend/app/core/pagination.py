"""Lists in pages, by number (`skip`, `page`) or by a cursor that costs the same at any depth."""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import ColumnElement, literal, or_, tuple_
from sqlmodel import SQLModel, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from app.core.errors import Invalid

MAX_LIMIT = 100
MAX_SKIP = 1_000_000
MAX_PAGE = MAX_SKIP // MAX_LIMIT + 1
_MAX_OFFSET = 10**12

RowT = TypeVar("RowT")


class ListParams(BaseModel):
    """Query parameters of every list. A feature adds its own `sort: Literal[...]`."""

    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    limit: int = Field(default=MAX_LIMIT, ge=1, le=MAX_LIMIT)
    page: int | None = Field(default=None, ge=1, le=MAX_PAGE, description="Used instead of `skip`")
    cursor: str | None = Field(default=None, max_length=2_000, description="`next_cursor` of the page before")
    q: str | None = Field(default=None, max_length=255, description="Text to search for")
    sort: str

    @model_validator(mode="after")
    def _page_to_skip(self) -> Self:
        if self.page is not None:
            self.skip = (self.page - 1) * self.limit
        return self


class Pagination(SQLModel):
    page: int
    page_size: int
    total_pages: int
    has_next: bool
    has_prev: bool
    next_cursor: str | None


class Page(BaseModel, Generic[RowT]):
    """One page of a list; `count` is the number of rows on all pages."""

    data: list[RowT]
    count: int
    pagination: Pagination


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: its last row's sort key and id, and how many rows lie before the next."""

    sort: str
    key: str | None
    id: uuid.UUID
    offset: int

    def encode(self) -> str:
        document = json.dumps([self.sort, self.key, str(self.id), self.offset])
        return base64.urlsafe_b64encode(document.encode()).decode()

    @classmethod
    def decode(cls, text: str, *, sort: str, has_key: bool) -> "Cursor":
        """Raises `Invalid` for what `encode` did not make, and for another list's order."""
        try:
            document = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
            cursor_sort, key, row_id, offset = document
            cursor = cls(cursor_sort, key, uuid.UUID(row_id), offset)
            is_key = _is_text(key) if has_key else key is None
            if cursor_sort == sort and is_key and type(offset) is int and 0 <= offset <= _MAX_OFFSET:
                return cursor
        except (ValueError, TypeError, AttributeError, RecursionError):
            pass  # the same answer as for a well-formed one of another list
        raise Invalid("cursor", "The cursor is not one of this list")


def _is_text(key: object) -> bool:
    """Whether PostgreSQL could have made this text."""
    return isinstance(key, str) and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in key)


def contains(q: str, *columns: Any) -> ColumnElement[bool]:
    """Whether one of the columns contains the text, in any case; `%` and `_` mean themselves."""
    return or_(*(column.icontains(q, autoescape=True) for column in columns))


async def paginate(
    session: AsyncSession,
    statement: Select[Any],
    params: ListParams,
    *,
    sort_keys: Mapping[str, Any],
    id_column: Any,
) -> dict[str, Any]:
    """Runs a `select()` of columns as one page.

    `sort_keys` maps the names of `sort` to expressions, `None` standing for the order of ids, which
    is the order of creation. Two statements: the rows, and their count.
    """
    key = sort_keys[params.sort.removeprefix("-")]
    cursor = params.cursor and Cursor.decode(params.cursor, sort=params.sort, has_key=key is not None)
    offset = cursor.offset if cursor else params.skip

    page: Any = statement.add_columns(literal(None) if key is None else key, id_column).limit(params.limit + 1)
    descending = params.sort.startswith("-")
    order = [id_column] if key is None else [key, id_column]
    page = page.order_by(*(each.desc() if descending else each for each in order))
    page = page.where(_after(cursor, key, id_column, descending)) if cursor else page.offset(offset)

    rows = (await session.exec(page)).all()
    count = (await session.exec(select(func.count()).select_from(statement.subquery()))).one()
    names = statement.selected_columns.keys()
    data = [dict(zip(names, row, strict=False)) for row in rows[: params.limit]]
    has_next = len(rows) > params.limit
    return {"data": data, "count": count, "pagination": _describe(params, offset, count, rows, has_next)}


def _describe(params: ListParams, offset: int, count: int, rows: Sequence[Any], has_next: bool) -> Pagination:
    next_cursor = None
    if has_next:
        *_, last_key, last_id = rows[params.limit - 1]
        next_cursor = Cursor(params.sort, last_key, last_id, offset + params.limit).encode()
    return Pagination(
        page=offset // params.limit + 1,
        page_size=params.limit,
        total_pages=-(-count // params.limit),
        has_next=has_next,
        has_prev=offset > 0,
        next_cursor=next_cursor,
    )


def _after(cursor: Cursor, key: Any, id_column: Any, descending: bool) -> ColumnElement[bool]:
    here, there = tuple_(id_column), tuple_(cursor.id)
    if key is not None:
        here, there = tuple_(key, id_column), tuple_(cursor.key, cursor.id)
    return here < there if descending else here > there
