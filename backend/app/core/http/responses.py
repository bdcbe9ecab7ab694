"""Responses from rows, without creating a model of each row first."""

from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from app.core.database.statements import ModelT, Row
from app.core.http.preconditions import entity_tag


def respond(model: type[ModelT], value: Row[ModelT] | BaseModel) -> Response:
    """The response of an operation with `response_model=model`, from a row or a record that has the model's fields.

    Only the model's fields are sent. Their values are not validated, since they come from our own columns: the
    statement's `returns` was checked at import. A record with a `version` is sent with its entity tag.

    Raises `TypeError` for a missing field.
    """
    fields = value if isinstance(value, dict) else vars(value)
    names, serializer, is_versioned = _shape(model)
    if not names <= fields.keys():
        raise TypeError(f"A response of {model.__name__} lacks {', '.join(sorted(names - fields.keys()))}")
    response = Response(serializer.dump_json(fields), media_type="application/json")
    if is_versioned:
        response.raw_headers.append((b"etag", entity_tag(fields["version"]).encode()))
    return response


@cache
def _shape(model: type[BaseModel]) -> tuple[frozenset[str], TypeAdapter[Any], bool]:
    """The names of the fields, their serializer, and whether the record has a version."""
    return frozenset(model.model_fields), TypeAdapter(_as_typed_dict(model)), "version" in model.model_fields


def _as_typed_dict(annotation: Any) -> Any:
    """A model, or a list of models, as the type of a dict with its fields."""
    if get_origin(annotation) is list:
        return list[_as_typed_dict(get_args(annotation)[0])]  # type: ignore[misc]
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return annotation
    fields = {name: _as_typed_dict(field.annotation) for name, field in annotation.model_fields.items()}
    return TypedDict(annotation.__name__, fields)  # type: ignore[operator]
