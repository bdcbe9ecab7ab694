"""Which fields a violated unique constraint or index concerns."""

import re
from collections.abc import Iterator

from psycopg.errors import UniqueViolation
from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlmodel import SQLModel

from app.core.errors import Duplicate, FieldError


def duplicate(error: UniqueViolation, metadata: MetaData = SQLModel.metadata) -> Duplicate:
    """Return the error at its fields. References are left out when there are others: `(owner_id, title)` is `title`."""
    table = metadata.tables.get(error.diag.table_name or "")
    columns = [] if table is None else list(_columns(table, error.diag.constraint_name))
    columns = [column for column in columns if not column.foreign_keys] or columns
    errors = [_field_error(column.name) for column in columns]
    detail = errors[0].message if len(errors) == 1 else "A record with these values already exists"
    return Duplicate(detail, errors=errors)


def _columns(table: Table, name: str | None) -> Iterator[Column[object]]:
    for constraint in table.constraints:
        if constraint.name == name and isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint):
            yield from constraint.columns
    for index in table.indexes:
        if index.name == name:
            words = {word for expression in index.expressions for word in re.findall(r"\w+", str(expression))}
            yield from (column for column in table.columns if column.name in words)


def _field_error(field: str) -> FieldError:
    message = f"A record with this {field.replace('_', ' ')} already exists"
    return FieldError(code="duplicate", message=message, field=field)
