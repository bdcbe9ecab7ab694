"""Queries for a list: one page, or the whole list in chunks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, get_args

import psycopg
from sqlalchemy import Integer, String, any_, bindparam, or_, union_all
from sqlmodel import func
from sqlmodel.sql.expression import Select

from app.core.database.row_shape import check_columns
from app.core.database.statements import AutocommitSession, Lane, ModelT, Parameters, Record, Row, Statement
from app.core.lists.counting import Estimate, bounded_count, exact_count
from app.core.lists.pagination import COUNT_LIMIT, Counting, Cursor, InvalidCursor, ListFilter, ListParams, Page
from app.core.lists.sort_key import SortKey
from app.core.lists.turns import turn

CHUNK_ROWS = 1_000
FAR_SKIP = 10_000
"""From here on, skipping rows is slow. A cursor is not."""


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
    - `sort_keys`: the values of `sort` with their expressions, of any type. Each needs an index that ends in the id.
      Rows without a value come last, and in descending order first. `None` sorts by id.
    - `searched`: the columns in which to search for `q`.
    - `filters`: conditions chosen by the client. Each contains a `bindparam` with the name of one of the list's
      parameters, and is skipped if that is `None`.
    - `scope`: conditions of the same form that limit what the user can see. The caller must pass all of their values
      as keyword arguments.
    - `returns`: the model of a page, a `Page[...]`. Its rows are checked against the columns at import.
    - `count_limit`: how far a page counts the rows exactly. Beyond it, `count` is an estimate, so that the cost of a
      page does not grow with the table.

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
        count_limit: int = COUNT_LIMIT,
    ) -> None:
        if returns is not None:
            check_columns(dict(statement.selected_columns.items()), _model_of_rows(returns))
        self.names: tuple[str, ...] = tuple(statement.selected_columns.keys())
        self._statement = statement
        self._id = id_column
        self._id_key = SortKey("id", id_column, statement)
        self._sort_keys = {
            name: SortKey(name, id_column if key is None else key, statement) for name, key in sort_keys.items()
        }
        self._searched = searched
        self._filters = filters or {}
        self._scope = scope or {}
        self._count_limit = count_limit
        self._compiled: dict[tuple[Any, ...], Statement[Any]] = {}
        self._estimates: dict[tuple[str, ...], Estimate] = {}

    def sort_key(self, sort: str) -> SortKey:
        """Return the key of a value of `sort`, such as `title` or `-title`."""
        return self._sort_keys[sort.removeprefix("-")]

    async def page(self, session: AutocommitSession, params: ListParams, **scope: Any) -> Row[ModelT]:
        """Return the page as a dict with the fields of `Page`. Only empty pages and estimates need a second query."""
        counted = self._values(params, scope)
        conditions = tuple(counted)
        start, offset, position = self._position(params)
        values = {**counted, **position, "limit": params.limit + 1}
        try:
            statement = self._rows_statement(params.sort, start, conditions, params.count)
            records = await _records(session, statement, values)
        except psycopg.DataError:
            if params.cursor is None:
                raise
            raise InvalidCursor from None  # a number out of range, or text with NUL
        count, is_exact = await self._count(session, params.count, start, counted, records)
        if not is_exact:
            seen = offset + len(records)
            if len(records) <= params.limit:
                count, is_exact = seen, params.cursor is None  # the end of the list
            else:
                if count == self._count_limit + 1:
                    count = max(count, await self._estimate(conditions).read(session, counted))
                count = max(count, seen)
        return self._page(params, records, offset, count, is_exact=is_exact)

    async def _count(
        self, session: AutocommitSession, counting: Counting, start: str, values: Parameters, records: list[Record]
    ) -> tuple[int, bool]:
        """Return the number of rows and True, or what `bounded_count` returns of more rows and False."""
        if records:
            count = records[0][-1]
        elif start == "first":
            count = 0
        else:
            if start in ("skip", "far_skip"):
                counting = "exact"  # leads to the last page, and there are no more rows than the page has skipped
            [(count,)] = await _records(session, self._count_statement(tuple(values), counting), values)
        return count, counting == "exact" or count <= self._count_limit

    async def whole(self, session: AutocommitSession, params: ListFilter, **scope: Any) -> WholeList:
        """Return the whole list. A row that moves while the list is read can appear twice or be missing."""
        values = self._values(params, scope)
        [(count,)] = await _records(session, self._count_statement(tuple(values), "exact"), values)
        return WholeList(count, self.names, self._chunks(session, params.sort, values))

    async def _chunks(self, session: AutocommitSession, sort: str, values: Parameters) -> AsyncIterator[list[Record]]:
        conditions, width = tuple(values), len(self.names)
        start, values = "first", {**values, "limit": CHUNK_ROWS + 1}
        while True:
            statement = self._rows_statement(sort, start, conditions, None)
            records = await _records(session, statement, values, is_refusable=False)  # the response has started
            yield [record[:width] for record in records[:CHUNK_ROWS]]
            if len(records) <= CHUNK_ROWS:
                return
            *_, key, row_id = records[CHUNK_ROWS - 1]
            start, after = _after(key, row_id)
            values = {**values, **after}

    def _position(self, params: ListParams) -> tuple[str, int, Parameters]:
        """Return how the page is found (see `_rows_statement`), the number of rows before it, and its values."""
        if params.cursor is None:
            return _start(params.skip), params.skip, {"skip": params.skip} if params.skip else {}
        sort_key = self.sort_key(params.sort)
        cursor = Cursor.decode(params.cursor, sort=params.sort, sort_key=sort_key, id_key=self._id_key)
        start, after = _after(cursor.key, cursor.id)
        return start, cursor.offset, after

    def _values(self, params: ListFilter, scope: Parameters) -> Parameters:
        """Return the values of the conditions that apply, by name. Raises `TypeError` if `scope` is incomplete."""
        if scope.keys() != self._scope.keys():
            raise TypeError(f"This list needs the scope {sorted(self._scope)} as keyword arguments")
        values = {name: getattr(params, name) for name in self._filters} | scope
        values = {name: value for name, value in values.items() if value is not None}
        return {**values, "q": _escape_like(params.q)} if params.q else values

    def _page(
        self, params: ListParams, records: list[Record], offset: int, count: int, *, is_exact: bool
    ) -> Row[ModelT]:
        has_next = len(records) > params.limit
        records = records[: params.limit]
        next_cursor = None
        if has_next:
            *_, key, row_id, _ = records[-1]
            sort_key = self.sort_key(params.sort)
            next_cursor = Cursor(params.sort, key, row_id, offset + len(records)).encode(sort_key, self._id_key)
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
                "count_is_exact": is_exact,
            },
        )

    def _rows_statement(
        self, sort: str, start: str, conditions: tuple[str, ...], counting: Counting | None
    ) -> Statement[Any]:
        """Return the query for rows, their sort keys and ids, and, unless `counting` is None, the number of all rows.

        `start` is how the page is found: it is the "first" one, or comes after "skip" rows, many of them ("far_skip"),
        or after a "cursor", whose key can be NULL ("null_cursor").
        """
        variant = (sort, start, conditions, counting)
        if variant not in self._compiled:
            key, descending = self.sort_key(sort), sort.startswith("-")
            order = [each.desc() if descending else each for each in (key.expression, self._id)]
            rows: Any = self._where(self._statement, conditions)
            count = [] if counting is None else [self._count_of(rows, counting).scalar_subquery()]
            ids = rows.with_only_columns(self._id, maintain_column_froms=True).order_by(*order).limit(_limit())
            if start in ("skip", "far_skip"):
                # Skips ids in the index alone, and reads only the page's own rows from the table.
                rows = self._rows_of(ids.offset(bindparam("skip", type_=Integer)))
            elif start != "first":
                parts = key.rows_after(self._id, descending=descending, is_null=start == "null_cursor")
                # Each part has an index. The database finds no index for all parts joined by OR.
                rows = rows.where(*parts) if len(parts) == 1 else self._rows_of(union_all(*map(ids.where, parts)))
            rows = rows.add_columns(key.expression, self._id, *count)
            is_slow = "q" in conditions or start == "far_skip" or counting != "bounded"
            lane: Lane = "slow" if is_slow else "usual"
            self._compiled[variant] = Statement(rows.order_by(*order).limit(_limit()), lane=lane, from_replica=True)
        return self._compiled[variant]

    def _rows_of(self, ids: Any) -> Select[Any]:
        return self._statement.where(self._id == any_(func.array(ids.scalar_subquery())))

    def _count_statement(self, conditions: tuple[str, ...], counting: Counting) -> Statement[Any]:
        variant = (conditions, counting)
        if variant not in self._compiled:
            rows = self._where(self._statement, conditions)
            self._compiled[variant] = Statement(self._count_of(rows, counting), lane="slow", from_replica=True)
        return self._compiled[variant]

    def _count_of(self, rows: Any, counting: Counting) -> Any:
        ids = rows.with_only_columns(self._id, maintain_column_froms=True)
        return exact_count(ids) if counting == "exact" else bounded_count(ids, self._count_limit)

    def _estimate(self, conditions: tuple[str, ...]) -> Estimate:
        if conditions not in self._estimates:
            rows: Any = self._where(self._statement, conditions)
            ids = rows.with_only_columns(self._id, maintain_column_froms=True)
            self._estimates[conditions] = Estimate(ids)
        return self._estimates[conditions]

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


def _after(key: Any, row_id: Any) -> tuple[str, Parameters]:
    """Return the `start` of the rows after a cursor, and its values."""
    if key is None:
        return "null_cursor", {"after_id": row_id}
    return "cursor", {"after_key": key, "after_id": row_id}


def _start(skip: int) -> str:
    if skip > FAR_SKIP:
        return "far_skip"
    return "skip" if skip else "first"


async def _records(
    session: AutocommitSession, statement: Statement[Any], values: Parameters, *, is_refusable: bool = True
) -> list[Record]:
    if statement.lane != "slow":
        return await session.records(statement, values)
    async with turn(is_refusable=is_refusable):
        return await session.records(statement, values)


def _limit() -> Any:
    return bindparam("limit", type_=Integer)
