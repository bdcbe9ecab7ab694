"""The fast path to the database: a SQLModel statement, compiled once and run by the driver itself.

    _USER = Statement(select(*columns(User, UserPublic)).where(User.id == bindparam("user_id")), returns=UserPublic)

    row = await session.first(_USER, user_id=user_id)

A row is a dict of the selected columns. Building a statement and its cache key, the result and the state of an ORM
session costs several times what PostgreSQL needs for an indexed read.
"""

from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol

from pydantic import BaseModel
from sqlalchemy import Enum, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from typing_extensions import TypeVar

from app.core.database.row_shape import check_columns

ModelT = TypeVar("ModelT", bound=BaseModel, default=Any)

if TYPE_CHECKING:

    class Row(dict[str, Any], Generic[ModelT]):
        """A dict with the fields of the model, such as `Row[UserPublic]`."""

else:
    Row = dict  # at run time nothing more: the type is for mypy

Lane = Literal["session", "usual", "slow"]
"""Which share of the pool's connections a statement can use (`AutocommitPool`)."""

Record = tuple[Any, ...]
Parameters = dict[str, Any]

_dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Statement(Generic[ModelT]):
    """A `select`, `insert`, `update` or `delete`, with `bindparam("name")` where values come at run time.

    `returns` is the model whose fields the selected columns are. It is checked here, when the module is imported.
    `lane` is "slow" for a read whose cost grows with the number of rows. `from_replica` allows a read from the replica
    (`replica.py`), whose rows can be a few seconds old.

    The driver converts the values, so they must be of types that it knows: text, numbers, booleans, UUIDs, times with
    a time zone, bytes, and lists of these. The caller gives the defaults of a model's fields.
    """

    def __init__(
        self,
        statement: Any,
        *,
        returns: type[ModelT] | None = None,
        lane: Lane = "usual",
        from_replica: bool = False,
    ) -> None:
        compiled = statement.compile(dialect=_dialect)
        if enums := [name for name, bind in compiled.binds.items() if isinstance(bind.type, Enum)]:
            raise TypeError(f"{enums[0]}: the driver knows no Enum; make it a Literal[...] with Field(sa_type=Text)")
        if returns is not None:
            check_columns(dict(statement.exported_columns.items()), returns)
        self.sql: bytes = compiled.string.encode()
        self._order: tuple[str, ...] = tuple(compiled.positiontup)
        self._defaults = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
        self.names: tuple[str, ...] = tuple(statement.exported_columns.keys())
        self.is_read = isinstance(statement, Select)
        self.lane = lane
        self.from_replica = from_replica

    def values(self, parameters: Parameters) -> list[Any]:
        """Return the values of `$1`, `$2`, ... Raises `KeyError` if one is missing."""
        if self._defaults:
            parameters = {**self._defaults, **parameters}
        return [parameters[name] for name in self._order]


class AutocommitSession:
    """Runs one statement at a time, each in its own transaction, which is committed when the call returns.

    A connection is held only while a statement runs, so that no request holds one and waits for another.
    """

    source: "Source"
    write_source: "Source | None" = None
    """Runs the writes, if a feature needs them in a transaction of another form."""

    async def first(self, statement: Statement[ModelT], **parameters: Any) -> Row[ModelT] | None:
        records = await self.records(statement, parameters)
        return Row(zip(statement.names, records[0], strict=True)) if records else None

    async def one(self, statement: Statement[ModelT], **parameters: Any) -> Row[ModelT]:
        """The row of a statement that has exactly one, such as an `insert` with `returning`."""
        [record] = await self.records(statement, parameters)
        return Row(zip(statement.names, record, strict=True))

    async def all(self, statement: Statement[ModelT], **parameters: Any) -> list[Row[ModelT]]:
        names = statement.names
        return [Row(zip(names, record, strict=True)) for record in await self.records(statement, parameters)]

    async def records(self, statement: Statement[Any], parameters: Parameters) -> list[Record]:
        """The rows as tuples."""
        source = self.source if statement.is_read else self.write_source or self.source
        return await source.fetch(statement, statement.values(parameters))


class Source(Protocol):
    """Runs statements: `AutocommitPool`, or a test's own connection."""

    async def fetch(self, statement: Statement[Any], values: list[Any]) -> list[Record]: ...
