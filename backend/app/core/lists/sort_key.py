"""One order of a list: its sort key, the key's form in a cursor, and the rows after a cursor."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy import (
    BindParameter,
    Cast,
    Column,
    ColumnElement,
    Enum,
    Join,
    Label,
    Text,
    and_,
    bindparam,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel.sql.expression import Select

from app.core.database.row_shape import python_type

# Functions that return NULL only for NULL. SQLAlchemy does not know the type of their results.
_TEXT_FUNCTIONS = {"lower", "upper", "trim"}
_IN_A_CURSOR = ConfigDict(strict=True, allow_inf_nan=False, val_json_bytes="base64")


class SortKey:
    """Raises `TypeError` for an expression whose values the driver does not convert, or whose type is not known."""

    def __init__(self, name: str, key: Any, statement: Select[Any]) -> None:
        key = key.expression if isinstance(key, QueryableAttribute) else key
        optional = {table for each in statement.get_final_froms() for table in _optional_tables(each)}
        self.can_be_null = _can_be_null(key, optional)
        self.expression = type_coerce(key, Text) if _is_text_function(key) else key
        kind: Any = None if isinstance(self.expression.type, Enum) else python_type(self.expression)
        if kind is None:
            raise TypeError(f"sort key {name}: {key} has no type that the driver knows; cast() it, for example to Text")
        self._adapter = TypeAdapter[Any](kind | None if self.can_be_null else kind, config=_IN_A_CURSOR)

    def to_json(self, value: Any) -> Any:
        return to_jsonable_python(value, bytes_mode="base64")

    def from_json(self, value: Any) -> Any:
        """Return the value of a key in a cursor. Raises `ValueError` for a value of another type."""
        return self._adapter.validate_json(json.dumps(value))

    def rows_after(self, id_column: Any, *, descending: bool, is_null: bool) -> list[ColumnElement[bool]]:
        """Return the conditions, of which a row after the cursor meets one. An index finds the rows of each in order.

        PostgreSQL sorts NULL behind all values, and before them in descending order. `is_null` is that of the
        cursor's key.
        """
        key, after_id = self.expression, bindparam("after_id", type_=id_column.type)
        if is_null:
            same_key = and_(key.is_(None), id_column < after_id if descending else id_column > after_id)
            return [same_key, key.is_not(None)] if descending else [same_key]
        row, cursor = tuple_(key, id_column), tuple_(bindparam("after_key", type_=key.type), after_id)
        if descending:
            return [row < cursor]
        return [row > cursor, key.is_(None)] if self.can_be_null else [row > cursor]


def _optional_tables(source: Any, is_optional: bool = False) -> Iterator[Any]:
    """Yield the tables whose columns an outer join sets to NULL."""
    if isinstance(source, Join):
        yield from _optional_tables(source.left, is_optional or source.full)
        yield from _optional_tables(source.right, is_optional or source.full or source.isouter)
    elif is_optional:
        yield source


def _can_be_null(expression: Any, optional: set[Any]) -> bool:
    """Return False only for an expression that is certain to have a value."""
    match expression:
        case Column():
            return bool(expression.nullable) or expression.table in optional
        case BindParameter():
            return expression.value is None
        case Label() | Cast():
            return _can_be_null(expression.element if isinstance(expression, Label) else expression.clause, optional)
        case FunctionElement(name="coalesce"):
            return all(_can_be_null(each, optional) for each in expression.clauses)
        case _ if _is_text_function(expression):
            return any(_can_be_null(each, optional) for each in expression.clauses)
    return True


def _is_text_function(expression: Any) -> bool:
    return isinstance(expression, FunctionElement) and expression.name in _TEXT_FUNCTIONS
