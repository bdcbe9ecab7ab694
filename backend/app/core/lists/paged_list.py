"""The queries of a list: a page of it, or all of it in pieces."""

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
    """All rows of a list. Neither rows nor a connection are held from one chunk to the next."""

    count: int
    """How many rows there were when it began."""
    names: tuple[str, ...]
    chunks: AsyncIterator[list[Record]]


class PagedList(Generic[ModelT]):
    """A list that clients page through. Declare one at module level in `crud.py`:

    - `statement`: a `select()` of columns.
    - `sort_keys`: the names of `sort` with their expressions; `None` stands for the order of ids, which is the order of
      creation. Each needs an index that ends in the id.
    - `searched`: the columns that `q` is looked for in.
    - `filters`: conditions that clients ask for, each with a `bindparam` of its name, which is that of a parameter of
      the list. One that is `None` does not apply.
    - `scope`: conditions of the same form that are ours to give, as keyword arguments: who may see what.
    - `returns`: the model of a page, a `Page[...]`. Its rows are checked against the columns at import.

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
        """The page as the members of `Page`. One statement, and a second one to count when the page is empty."""
        counted = self._values(params, scope)
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

        records = await session.records(self._rows_statement(params.sort, way, conditions), values)
        if records:
            count = records[0][-1]
        elif way == "first":
            count = 0
        else:
            [(count,)] = await session.records(self._count_statement(conditions), counted)
        return self._answer(params, records, offset, count)

    async def whole(self, session: AutocommitSession, params: ListFilter, **scope: Any) -> WholeList:
        """A row whose place changes meanwhile may come twice or not at all; every other one comes once."""
        values = self._values(params, scope)
        [(count,)] = await session.records(self._count_statement(tuple(values)), values)
        return WholeList(count, self.names, self._chunks(session, params.sort, values))

    async def _chunks(self, session: AutocommitSession, sort: str, values: Parameters) -> AsyncIterator[list[Record]]:
        conditions, width = tuple(values), len(self.names)
        has_key = self._sort_keys[sort.removeprefix("-")] is not None
        way, values = "first", {**values, "limit": CHUNK_ROWS + 1}
        while True:
            statement = self._rows_statement(sort, way, conditions, counted=False)
            records = await session.records(statement, values)
            yield [record[:width] for record in records[:CHUNK_ROWS]]
            if len(records) <= CHUNK_ROWS:
                return
            *_, key, row_id = records[CHUNK_ROWS - 1]
            way, values = "cursor", {**values, "after_id": row_id, **({"after_key": key} if has_key else {})}

    def _values(self, params: ListFilter, scope: Parameters) -> Parameters:
        """Those of the conditions that apply, by name."""
        if scope.keys() != self._scope.keys():
            raise TypeError(f"The scope of this list is {sorted(self._scope)}")
        values = {name: getattr(params, name) for name in self._filters} | scope
        values = {name: value for name, value in values.items() if value is not None}
        return {**values, "q": _escape_like(params.q)} if params.q else values

    def _answer(self, params: ListParams, records: list[Record], offset: int, count: int) -> Row[ModelT]:
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
        self, sort: str, way: str, conditions: tuple[str, ...], *, counted: bool = True
    ) -> Statement[Any]:
        """Selects the row, its sort key, its id, and the count of the whole list."""
        variant = (sort, way, conditions, counted)
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
            rows = rows.add_columns(null() if key is None else key, self._id, *([count] if counted else []))
            rows = rows.order_by(*(each.desc() if descending else each for each in order))
            self._compiled[variant] = Statement(rows.limit(bindparam("limit", type_=Integer)))
        return self._compiled[variant]

    def _count_statement(self, conditions: tuple[str, ...]) -> Statement[Any]:
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


def _model_of_rows(page: Any) -> Any:
    """`ItemPublic` of an `ItemsPublic(Page[ItemPublic])`."""
    if not issubclass(page, Page):
        raise TypeError(f"{page.__name__} is not a Page[...]")
    [model] = get_args(page.model_fields["data"].annotation)
    return model


def _escape_like(text: str) -> str:
    """`%` and `_` mean themselves."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _after(key: Any, id_column: Any, descending: bool) -> ColumnElement[bool]:
    after_key, after_id = bindparam("after_key", type_=String), bindparam("after_id", type_=Uuid)
    here, there = tuple_(id_column), tuple_(after_id)
    if key is not None:
        here, there = tuple_(key, id_column), tuple_(after_key, after_id)
    return here < there if descending else here > there
