"""Lists in pages, by number (`skip`, `page`) or by a cursor that costs the same at any depth."""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import ColumnElement, Integer, String, Uuid, any_, bindparam, null, or_, tuple_
from sqlmodel import SQLModel, func, select
from sqlmodel.sql.expression import Select

from app.core.errors import Invalid
from app.core.statements import ReadSession, Record, Row, Statement

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


class PagedList:
    """A list that clients page through. Declare one at module level in `crud.py`:

    - `statement`: a `select()` of columns.
    - `sort_keys`: the names of `sort` with their expressions; `None` stands for the order of ids, which is the order of
      creation. Each needs an index that ends in the id.
    - `searched`: the columns that `q` is looked for in.
    - `filters`: conditions by name, each with a `bindparam` of that name. One that is given `None` does not apply.

    Each combination of these is a statement of its own, compiled when it is first asked for.
    """

    def __init__(
        self,
        statement: Select[Any],
        *,
        id_column: Any,
        sort_keys: Mapping[str, Any],
        searched: Sequence[Any] = (),
        filters: Mapping[str, Any] | None = None,
    ) -> None:
        self.names: tuple[str, ...] = tuple(statement.selected_columns.keys())
        self._statement = statement
        self._id = id_column
        self._sort_keys = sort_keys
        self._searched = searched
        self._filters = filters or {}
        self._compiled: dict[tuple[Any, ...], Statement] = {}

    async def page(self, session: ReadSession, params: ListParams, **filters: Any) -> Row:
        """The page as the members of `Page`. One statement, and a second one to count when the page is empty."""
        values = {name: value for name, value in filters.items() if value is not None}
        conditions = tuple(values)
        if params.q:
            conditions += ("q",)
            values["q"] = _escape_like(params.q)
        counted = values
        values = {**values, "limit": params.limit + 1}
        if params.cursor is not None:
            has_key = self._sort_keys[params.sort.removeprefix("-")] is not None
            cursor = Cursor.decode(params.cursor, sort=params.sort, has_key=has_key)
            way, offset = "cursor", cursor.offset
            values |= {"after_key": cursor.key, "after_id": cursor.id} if has_key else {"after_id": cursor.id}
        else:
            way, offset = ("skip" if params.skip else "first"), params.skip
            values |= {"skip": params.skip} if params.skip else {}

        records = await session.records(self._page_statement(params.sort, way, conditions), values)
        if records:
            count = records[0][-1]
        elif way == "first":
            count = 0
        else:
            [(count,)] = await session.records(self._count_statement(conditions), counted)
        return self._answer(params, records, offset, count)

    def _answer(self, params: ListParams, records: list[Record], offset: int, count: int) -> Row:
        has_next = len(records) > params.limit
        records = records[: params.limit]
        next_cursor = None
        if has_next:
            *_, key, row_id, _ = records[-1]
            next_cursor = Cursor(params.sort, key, row_id, offset + len(records)).encode()
        return {
            "data": [dict(zip(self.names, record, strict=False)) for record in records],
            "count": count,
            "pagination": {
                "page": offset // params.limit + 1,
                "page_size": params.limit,
                "total_pages": -(-count // params.limit),
                "has_next": has_next,
                "has_prev": offset > 0,
                "next_cursor": next_cursor,
            },
        }

    def _page_statement(self, sort: str, way: str, conditions: tuple[str, ...]) -> Statement:
        """Selects the row, its sort key, its id, and the count of the whole list."""
        variant = (sort, way, conditions)
        if variant not in self._compiled:
            key, descending = self._sort_keys[sort.removeprefix("-")], sort.startswith("-")
            order = [self._id] if key is None else [key, self._id]
            rows: Any = self._where(self._statement, conditions)
            count = select(func.count()).select_from(rows.subquery()).scalar_subquery()
            if way == "cursor":
                rows = rows.where(_after(key, self._id, descending))
            elif way == "skip":
                # The ids are found in the index alone, and only the page's own rows are read.
                ids = rows.with_only_columns(self._id, maintain_column_froms=True)
                ids = ids.order_by(*(each.desc() if descending else each for each in order))
                page_ids = ids.limit(bindparam("limit", type_=Integer)).offset(bindparam("skip", type_=Integer))
                rows = self._statement.where(self._id == any_(func.array(page_ids.scalar_subquery())))
            rows = rows.add_columns(null() if key is None else key, self._id, count)
            rows = rows.order_by(*(each.desc() if descending else each for each in order))
            self._compiled[variant] = Statement(rows.limit(bindparam("limit", type_=Integer)))
        return self._compiled[variant]

    def _count_statement(self, conditions: tuple[str, ...]) -> Statement:
        if conditions not in self._compiled:
            rows = self._where(self._statement, conditions)
            self._compiled[conditions] = Statement(select(func.count()).select_from(rows.subquery()))
        return self._compiled[conditions]

    def _where(self, statement: Select[Any], conditions: tuple[str, ...]) -> Select[Any]:
        given = [self._filters[name] for name in conditions if name != "q"]
        if "q" in conditions:
            q = bindparam("q", type_=String)
            given.append(or_(*(column.icontains(q, escape="/") for column in self._searched)))
        return statement.where(*given)


def _escape_like(text: str) -> str:
    """`%` and `_` mean themselves."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _after(key: Any, id_column: Any, descending: bool) -> ColumnElement[bool]:
    after_key, after_id = bindparam("after_key", type_=String), bindparam("after_id", type_=Uuid)
    here, there = tuple_(id_column), tuple_(after_id)
    if key is not None:
        here, there = tuple_(key, id_column), tuple_(after_key, after_id)
    return here < there if descending else here > there
