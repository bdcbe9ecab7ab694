"""Queries for a list: one page, or the whole list in chunks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, get_args

from sqlalchemy import ColumnElement, Integer, String, Uuid, any_, bindparam, null, or_, tuple_
from sqlmodel import func, select
from sqlmodel.sql.expression import Select

from app.core.database.row_shape import check_columns
from app.core.database.statements import AutocommitSession, ModelT, Parameters, Record, Row, Statement
from app.core.lists.pagination import Cursor, ListFilter, ListParams, Page

CHUNK_ROWS = 1_000


@dataclass(frozen=True)
class WholeList:
    """All rows of a list. Between two chunks it holds neither rows nor a connection."""

    count: int
    """Number of rows before the first chunk was read."""
    names: tuple[str, ...]
    chunks: AsyncIterator[list[Record]]


class PagedList(Generic[ModelT]):
    """A list with pages. Declare it at module level in `crud.py`:

    - `statement`: a `select()` of columns.
    - `sort_keys`: the values of `sort` with their expressions. `None` sorts by id, which is the order of creation.
      Each expression needs an index that ends in the id.
    - `searched`: the columns in which to search for `q`.
    - `filters`: conditions chosen by the client. Each contains a `bindparam` with the name of one of the list's
      parameters, and is skipped if that is `None`.
    - `scope`: conditions of the same form that limit what the user can see. The caller must pass all of their values
      as keyword arguments.
    - `returns`: the model of a page, a `Page[...]`. Its rows are checked against the columns at import.

    Each combination is a separate statement, compiled on first use.
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
        returns: type[ModelT] | None = None,
    ) -> None:
        if returns is not None:
            check_columns(dict(statement.selected_columns.items()), _model_of_rows(returns))
        self.names: tuple[str, ...] = tuple(statement.selected_columns.keys())
        self._statement = statement
        self._id = id_column
        self._sort_keys = sort_keys
        self._searched = searched
        self._filters = filters or {}
        self._scope = scope or {}
        self._compiled: dict[tuple[Any, ...], Statement[Any]] = {}

    async def page(self, session: AutocommitSession, params: ListParams, **scope: Any) -> Row[ModelT]:
        """Return the page as a dict with the fields of `Page`. Only an empty page needs a second query (the count)."""
        counted = self._values(params, scope)
        conditions = tuple(counted)
        values = {**counted, "limit": params.limit + 1}
        if params.cursor is not None:
            has_key = self._sort_keys[params.sort.removeprefix("-")] is not None
            cursor = Cursor.decode(params.cursor, sort=params.sort, has_key=has_key)
            start, offset = "cursor", cursor.offset
            values |= {"after_key": cursor.key, "after_id": cursor.id} if has_key else {"after_id": cursor.id}
        else:
            start, offset = ("skip" if params.skip else "first"), params.skip
            values |= {"skip": params.skip} if params.skip else {}

        records = await session.records(self._rows_statement(params.sort, start, conditions), values)
        if records:
            count = records[0][-1]
        elif start == "first":
            count = 0
        else:
            [(count,)] = await session.records(self._count_statement(conditions), counted)
        return self._page(params, records, offset, count)

    async def whole(self, session: AutocommitSession, params: ListFilter, **scope: Any) -> WholeList:
        """Return the whole list. A row that moves while the list is read can appear twice or be missing."""
        values = self._values(params, scope)
        [(count,)] = await session.records(self._count_statement(tuple(values)), values)
        return WholeList(count, self.names, self._chunks(session, params.sort, values))

    async def _chunks(self, session: AutocommitSession, sort: str, values: Parameters) -> AsyncIterator[list[Record]]:
        conditions, width = tuple(values), len(self.names)
        has_key = self._sort_keys[sort.removeprefix("-")] is not None
        start, values = "first", {**values, "limit": CHUNK_ROWS + 1}
        while True:
            statement = self._rows_statement(sort, start, conditions, counted=False)
            records = await session.records(statement, values)
            yield [record[:width] for record in records[:CHUNK_ROWS]]
            if len(records) <= CHUNK_ROWS:
                return
            *_, key, row_id = records[CHUNK_ROWS - 1]
            start, values = "cursor", {**values, "after_id": row_id, **({"after_key": key} if has_key else {})}

    def _values(self, params: ListFilter, scope: Parameters) -> Parameters:
        """Return the values of the conditions that apply, by name. Raises `TypeError` if `scope` is incomplete."""
        if scope.keys() != self._scope.keys():
            raise TypeError(f"This list needs the scope {sorted(self._scope)} as keyword arguments")
        values = {name: getattr(params, name) for name in self._filters} | scope
        values = {name: value for name, value in values.items() if value is not None}
        return {**values, "q": _escape_like(params.q)} if params.q else values

    def _page(self, params: ListParams, records: list[Record], offset: int, count: int) -> Row[ModelT]:
        has_next = len(records) > params.limit
        records = records[: params.limit]
        next_cursor = None
        if has_next:
            *_, key, row_id, _ = records[-1]
            next_cursor = Cursor(params.sort, key, row_id, offset + len(records)).encode()
        return Row(
            data=[dict(zip(self.names, record, strict=False)) for record in records],
            count=count,
            pagination={
                "page": offset // params.limit + 1,
                "page_size": params.limit,
                "total_pages": -(-count // params.limit),
                "has_next": has_next,
                "has_prev": offset > 0,
                "next_cursor": next_cursor,
            },
        )

    def _rows_statement(
        self, sort: str, start: str, conditions: tuple[str, ...], *, counted: bool = True
    ) -> Statement[Any]:
        """Return the query for rows, their sort keys and ids, and, if `counted`, the number of all rows.

        `start` is how the page is found: it is the "first" one, or comes after a "cursor", or after "skip" rows.
        """
        variant = (sort, start, conditions, counted)
        if variant not in self._compiled:
            key, descending = self._sort_keys[sort.removeprefix("-")], sort.startswith("-")
            order = [self._id] if key is None else [key, self._id]
            rows: Any = self._where(self._statement, conditions)
            count = select(func.count()).select_from(rows.subquery()).scalar_subquery()
            if descending:
                order = [expression.desc() for expression in order]
            if start == "cursor":
                rows = rows.where(_after(key, self._id, descending))
            elif start == "skip":
                # Skips ids in the index alone, and reads only the page's own rows from the table.
                ids = rows.with_only_columns(self._id, maintain_column_froms=True).order_by(*order)
                page_ids = ids.limit(bindparam("limit", type_=Integer)).offset(bindparam("skip", type_=Integer))
                rows = self._statement.where(self._id == any_(func.array(page_ids.scalar_subquery())))
            rows = rows.add_columns(null() if key is None else key, self._id, *([count] if counted else []))
            self._compiled[variant] = Statement(rows.order_by(*order).limit(bindparam("limit", type_=Integer)))
        return self._compiled[variant]

    def _count_statement(self, conditions: tuple[str, ...]) -> Statement[Any]:
        if conditions not in self._compiled:
            rows = self._where(self._statement, conditions)
            self._compiled[conditions] = Statement(select(func.count()).select_from(rows.subquery()))
        return self._compiled[conditions]

    def _where(self, statement: Select[Any], conditions: tuple[str, ...]) -> Select[Any]:
        by_name = {**self._filters, **self._scope}
        clauses = [by_name[name] for name in conditions if name != "q"]
        if "q" in conditions:
            q = bindparam("q", type_=String)
            clauses.append(or_(*(column.icontains(q, escape="/") for column in self._searched)))
        return statement.where(*clauses)


def _model_of_rows(page: Any) -> Any:
    """`UserPublic` of a `UsersPublic(Page[UserPublic])`."""
    if not issubclass(page, Page):
        raise TypeError(f"{page.__name__} is not a Page[...]")
    [model] = get_args(page.model_fields["data"].annotation)
    return model


def _escape_like(text: str) -> str:
    """Escape `%` and `_`, so that LIKE takes them literally."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _after(key: Any, id_column: Any, descending: bool) -> ColumnElement[bool]:
    after_key, after_id = bindparam("after_key", type_=String), bindparam("after_id", type_=Uuid)
    row, cursor = tuple_(id_column), tuple_(after_id)
    if key is not None:
        row, cursor = tuple_(key, id_column), tuple_(after_key, after_id)
    return row < cursor if descending else row > cursor
