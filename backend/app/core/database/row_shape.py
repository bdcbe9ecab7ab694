"""Checks, when a module is imported, that a statement selects what its model declares."""

from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from sqlalchemy import Interval, TypeDecorator


def check_columns(columns: Mapping[str, Any], model: type[Any]) -> None:
    """Raises `TypeError` unless the columns are the model's fields, by name and, where both are known, by type."""
    check_names(columns.keys(), model)
    for name, field in model.model_fields.items():
        allowed = _classes(field.annotation)
        column = getattr(columns[name], "element", columns[name])  # below its label
        found = python_type(column)
        if allowed and found and not issubclass(found, tuple(allowed)):
            raise TypeError(f"{model.__name__}.{name} is {field.annotation}, but the column is {found.__name__}")
        if allowed and NoneType not in allowed and getattr(column, "nullable", False):
            raise TypeError(f"{model.__name__}.{name} is never None, but the column can be NULL")


def check_names(names: Iterable[str], model: type[Any]) -> None:
    """Raises `TypeError` unless these are the names of the model's fields."""
    names, fields = set(names), set(model.model_fields)
    problems = []
    if missing := sorted(fields - names):
        problems.append(f"missing: {', '.join(missing)}")
    if extra := sorted(names - fields):
        problems.append(f"not in the model: {', '.join(extra)}")
    if problems:
        raise TypeError(f"The selected columns are not the fields of {model.__name__}; {'; '.join(problems)}")


def _classes(annotation: Any) -> set[type]:
    """The classes of an annotation's values. Empty when they are not known."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        parts = [_classes(each) for each in get_args(annotation)]
        return set().union(*parts) if all(parts) else set()
    if origin is Annotated:
        return _classes(get_args(annotation)[0])
    if origin is Literal:
        return {type(value) for value in get_args(annotation)}
    known = origin or annotation
    return {known} if isinstance(known, type) and known is not Any else set()


def python_type(column: Any) -> type | None:
    """Return the class of an expression's values, or None if it is not known."""
    kind = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, Interval):  # Interval has a decorator's form only
        kind = kind.impl_instance
    try:
        found: type = kind.python_type
    except NotImplementedError:
        return None
    return None if found is object else found
