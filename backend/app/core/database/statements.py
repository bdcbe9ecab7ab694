"""The fast path to the database: a SQLModel statement, compiled once and run by the driver itself.

    _USER = Statement(select(*columns(User, UserPublic)).where(User.id == bindparam("user_id")))

    row = await session.first(_USER, user_id=user_id)

A row is a dict of the selected columns. Building a statement and its cache key, the result and the state of an ORM
session cost several times what PostgreSQL needs for an indexed read.
"""

from typing import Any, Protocol

from sqlalchemy import Enum, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

Row = dict[str, Any]
Record = tuple[Any, ...]

_dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Statement:
    """A `select`, `insert`, `update` or `delete`, with `bindparam("name")` where values come at run time.

    The driver converts the values, so they must be of types that it knows: text, numbers, booleans, UUIDs, times with
    a time zone, bytes, and lists of these. Defaults of a model's fields are the caller's to give.
    """

    def __init__(self, statement: Any) -> None:
        compiled = statement.compile(dialect=_dialect)
        if enums := [name for name, bind in compiled.binds.items() if isinstance(bind.type, Enum)]:
            raise TypeError(f"{enums[0]}: the driver knows no Enum; make it a Literal[...] with Field(sa_type=Text)")
        self.sql: bytes = compiled.string.encode()
        self.defaults: Row = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
        self.names: tuple[str, ...] = tuple(statement.exported_columns.keys())
        self.is_read = isinstance(statement, Select)


class Source(Protocol):
    """What runs statements: `AutocommitPool`, or a test's own connection."""

    async def fetch(self, statement: Statement, parameters: Row) -> list[Record]: ...


class AutocommitSession:
    """Runs one statement at a time, each in a transaction of its own, which is committed when the call returns.

    A connection is held only for as long as a statement runs, so nobody can hold one and wait for another.
    """

    source: Source

    async def all(self, statement: Statement, **parameters: Any) -> list[Row]:
        names = statement.names
        return [dict(zip(names, record, strict=True)) for record in await self.records(statement, parameters)]

    async def first(self, statement: Statement, **parameters: Any) -> Row | None:
        records = await self.records(statement, parameters)
        return dict(zip(statement.names, records[0], strict=True)) if records else None

    async def one(self, statement: Statement, **parameters: Any) -> Row:
        """The row of a statement that has exactly one, such as an `insert` with `returning`."""
        [record] = await self.records(statement, parameters)
        return dict(zip(statement.names, record, strict=True))

    async def records(self, statement: Statement, parameters: Row) -> list[Record]:
        """The rows as tuples."""
        if statement.defaults:
            parameters = {**statement.defaults, **parameters}
        return await self.source.fetch(statement, parameters)
