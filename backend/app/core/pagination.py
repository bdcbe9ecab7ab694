"""Lists in pages, by number (`skip`, `page`) or by a cursor that costs the same at any depth, or as a whole."""

import base64
import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
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
CHUNK_ROWS = 1_000
_MAX_OFFSET = 10**12

RowT = TypeVar("RowT")


class ListFilter(BaseModel):
    """Which rows of a list, in which order. A feature adds its own filters and `sort: Literal[...]`."""

    q: str | None = Field(default=None, max_length=255, description="Text to search for")
    sort: str


class ListParams(ListFilter):
    """And which page of them."""

    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    limit: int = Field(default=MAX_LIMIT, ge=1, le=MAX_LIMIT)
    page: int | None = Field(default=None, ge=1, le=MAX_PAGE, description="Used instead of `skip`")
    cursor: str | None = Field(default=None, max_length=2_000, description="`next_cursor` of the page before")

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


@dataclass(frozen=True)
class WholeList:
    """All rows of a list. Neither rows nor a connection are held from one chunk to the next."""

    count: int
    """How many rows there were when it began."""
    names: tuple[str, ...]
    chunks: AsyncIterator[list[Record]]


class PagedList:
    """A list that clients page through. Declare one at module level in `crud.py`:

    - `statement`: a `select()` of columns.
    - `sort_keys`: the names of `sort` with their expressions; `None` stands for the order of ids, which is the order of
      creation. Each needs an index that ends in the id.
    - `searched`: the columns that `q` is looked for in.
    - `filters`: conditions that the client may ask for, by the name of the parameter, each with a `bindparam` of that
      name. One that is `None` does not apply.
    - `scope`: conditions in the same form that the server sets, as keyword arguments: who may see what.

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
        scope: Mapping[str, Any] | None = None,
    ) -> None:
        self.names: tuple[str, ...] = tuple(statement.selected_columns.keys())
        self._statement = statement
        self._id = id_column
        self._sort_keys = sort_keys
        self._searched = searched
        self._filters = filters or {}
        self._scope = scope or {}
        self._compiled: dict[tuple[Any, ...], Statement] = {}

    async def page(self, session: ReadSession, params: ListParams, **scope: Any) -> Row:
        """The page as the members of `Page`. One statement, and a second one to count when the page is empty."""
        counted = self._conditions(params, scope)
        conditions = tuple(counted)
        values = {**counted, "limit": params.limit + 1}
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

    async def whole(self, session: ReadSession, params: ListFilter, **scope: Any) -> WholeList:
        """Rows that change their place meanwhile may come twice or not at all; every other comes once."""
        values = self._conditions(params, scope)
        [(count,)] = await session.records(self._count_statement(tuple(values)), values)
        return WholeList(count, self.names, self._chunks(session, params.sort, values))

    async def _chunks(self, session: ReadSession, sort: str, values: Row) -> AsyncIterator[list[Record]]:
        conditions, width = tuple(values), len(self.names)
        has_key = self._sort_keys[sort.removeprefix("-")] is not None
        way, values = "first", {**values, "limit": CHUNK_ROWS}
        while records := await session.records(self._chunk_statement(sort, way, conditions), values):
            yield [record[:width] for record in records]
            if len(records) < CHUNK_ROWS:
                break
            *_, key, row_id = records[-1]
            way = "cursor"
            values |= {"after_key": key, "after_id": row_id} if has_key else {"after_id": row_id}

    def _conditions(self, params: ListFilter, scope: Row) -> Row:
        """The values of those that apply, by name."""
        if scope.keys() != self._scope.keys():
            raise TypeError(f"The scope of this list is {sorted(self._scope)}")
        values = {name: getattr(params, name) for name in self._filters} | {name: scope[name] for name in self._scope}
        values = {name: value for name, value in values.items() if value is not None}
        return {**values, "q": _escape_like(params.q)} if params.q else values

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
            key, descending, order = self._order(sort)
            rows: Any = self._where(self._statement, conditions)
            count = select(func.count()).select_from(rows.subquery()).scalar_subquery()
            if way == "cursor":
                rows = rows.where(_after(key, self._id, descending))
            elif way == "skip":
                # The ids are found in the index alone, and only the page's own rows are read.
                ids = rows.with_only_columns(self._id, maintain_column_froms=True)
                ids = ids.order_by(*order).offset(bindparam("skip", type_=Integer))
                page_ids = ids.limit(bindparam("limit", type_=Integer))
                rows = self._statement.where(self._id == any_(func.array(page_ids.scalar_subquery())))
            rows = rows.add_columns(null() if key is None else key, self._id, count)
            self._compiled[variant] = Statement(rows.order_by(*order).limit(bindparam("limit", type_=Integer)))
        return self._compiled[variant]

    def _chunk_statement(self, sort: str, way: str, conditions: tuple[str, ...]) -> Statement:
        """Selects the row, its sort key and its id."""
        variant = ("chunk", sort, way, conditions)
        if variant not in self._compiled:
            key, descending, order = self._order(sort)
            rows: Any = self._where(self._statement, conditions)
            if way == "cursor":
                rows = rows.where(_after(key, self._id, descending))
            rows = rows.add_columns(null() if key is None else key, self._id)
            self._compiled[variant] = Statement(rows.order_by(*order).limit(bindparam("limit", type_=Integer)))
        return self._compiled[variant]

    def _order(self, sort: str) -> tuple[Any, bool, list[Any]]:
        """The sort key, whether it descends, and the clauses of `ORDER BY`."""
        key, descending = self._sort_keys[sort.removeprefix("-")], sort.startswith("-")
        columns = [self._id] if key is None else [key, self._id]
        return key, descending, [each.desc() if descending else each for each in columns]

    def _count_statement(self, conditions: tuple[str, ...]) -> Statement:
        if conditions not in self._compiled:
            rows = self._where(self._statement, conditions)
            self._compiled[conditions] = Statement(select(func.count()).select_from(rows.subquery()))
        return self._compiled[conditions]

    def _where(self, statement: Select[Any], conditions: tuple[str, ...]) -> Select[Any]:
        known = {**self._filters, **self._scope}
        given = [known[name] for name in conditions if name != "q"]
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
