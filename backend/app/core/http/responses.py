"""Answers made of rows, without making a model of each row first."""

from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from starlette.responses import Response
from typing_extensions import TypedDict

from app.core.http.preconditions import entity_tag


def respond(model: type[BaseModel], value: Any) -> Response:
    """The answer of an operation with `response_model=model`, from dicts of its fields or from one record.

    The values are not validated, since they come from our own columns; only the model's fields are shown. A record
    that has a `version` is answered with its entity tag.
    """
    row = value if isinstance(value, dict) else vars(value)
    serializer, is_versioned = _serializer(model)
    response = Response(serializer.dump_json(row), media_type="application/json")
    if is_versioned:
        response.raw_headers.append((b"etag", entity_tag(row["version"]).encode()))
    return response


@cache
def _serializer(model: type[BaseModel]) -> tuple[TypeAdapter[Any], bool]:
    """And whether it is of a record with a version."""
    return TypeAdapter(_as_typed_dict(model)), "version" in getattr(model, "model_fields", ())


def _as_typed_dict(annotation: Any) -> Any:
    """A model, or a list of models, as what its fields say of a dict."""
    if get_origin(annotation) is list:
        return list[_as_typed_dict(get_args(annotation)[0])]  # type: ignore[misc]
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return annotation
    fields = {name: _as_typed_dict(field.annotation) for name, field in annotation.model_fields.items()}
    return TypedDict(annotation.__name__, fields)  # type: ignore[operator]
