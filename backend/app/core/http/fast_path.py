"""A fast path for simple operations: their arguments are collected with less work than FastAPI's.

Valid requests to simple operations take it; everything else takes FastAPI's path (decision 0021). This module uses
internals of FastAPI. If one has moved, the import fails, and `routing.py` does without this module.
"""

import dataclasses
import inspect
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, Self

from fastapi import Request, Response, params
from fastapi._compat import field_annotation_is_scalar
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, serialize_response
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send


class _NotSimple(Exception):
    """The operation declares something that only FastAPI handles."""


class _InvalidRequest(Exception):
    """The request has an invalid value."""


class _Step(NamedTuple):
    """A function to call: the dependencies in their order, and the operation itself as the last one."""

    call: Callable[..., Coroutine[Any, Any, Any]]
    scope: str | None
    dependencies: list[tuple[str, int]]
    """Arguments that are results of earlier steps."""
    path: list[Any]
    query: list[Any]
    body: list[Any]
    request: str | None


class FastPath:
    """The ASGI application of a simple operation."""

    def __init__(self, route: APIRoute, steps: list[_Step]) -> None:
        self._fastapi = route.app
        self._field = route.response_field
        self._status = route.status_code or 200
        self._steps = steps

    @classmethod
    def of(cls, route: APIRoute, options: Mapping[str, Any]) -> Self | None:
        """`None` for an operation that is not simple. `options` are the arguments that the route was created with."""
        steps: list[_Step] = []
        try:
            _check_options(route, options)
            _add_steps(steps, route.dependant)
        except _NotSimple:
            return None
        return cls(route, steps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["app"].dependency_overrides or "fastapi.telemetry" in scope:
            return await self._fastapi(scope, receive, send)
        request = Request(scope, receive, send)
        try:
            arguments = [await _arguments(step, request) for step in self._steps]
        except _InvalidRequest:
            # FastAPI reports what is invalid, after its dependencies have checked who sent it.
            return await self._fastapi(scope, _replay_body(request, receive), send)
        results: list[Any] = []
        for step, own in zip(self._steps, arguments, strict=True):
            for name, index in step.dependencies:
                own[name] = results[index]
            results.append(await step.call(**own))
        response = results[-1]
        if not isinstance(response, Response):
            content = await serialize_response(field=self._field, response_content=response, dump_json=True)
            response = Response(content, self._status, media_type="application/json")
        await response(scope, receive, send)


async def _arguments(step: _Step, request: Request) -> dict[str, Any]:
    """The arguments that come from the request itself."""
    arguments = {field.name: _validate(field, request.path_params[field.alias]) for field in step.path}
    for field in step.query:
        arguments[field.name] = _validate(field, dict(request.query_params))
    for field in step.body:
        arguments[field.name] = _validate(field, await _json(request))
    if step.request is not None:
        arguments[step.request] = request
    return arguments


def _validate(field: Any, value: Any) -> Any:
    valid, errors = field.validate(value, {}, loc=())
    if errors:
        raise _InvalidRequest
    return valid


async def _json(request: Request) -> Any:
    if request.headers.get("content-type") != "application/json":
        raise _InvalidRequest
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise _InvalidRequest from None


def _replay_body(request: Request, receive: Receive) -> Receive:
    """Lets FastAPI read a body that was already read here."""
    body: bytes | None = getattr(request, "_body", None)
    if body is None:
        return receive

    async def replay() -> Message:
        nonlocal body
        if body is None:
            return await receive()
        message: Message = {"type": "http.request", "body": body, "more_body": False}
        body = None
        return message

    return replay


# Which operations are simple, decided when a route is added.

_PARAMETERS = inspect.signature(APIRoute.__init__).parameters
_HANDLED_OPTIONS = {"response_model", "status_code", "dependencies", "methods", "dependency_overrides_provider"}
_DOCUMENTATION = {
    "tags",
    "summary",
    "description",
    "response_description",
    "responses",
    "deprecated",
    "name",
    "operation_id",
    "include_in_schema",
    "callbacks",
    "openapi_extra",
    "generate_unique_id_function",
}
_HANDLED_FIELDS = {
    "path_params",
    "query_params",
    "body_params",
    "dependencies",
    "name",
    "call",
    "request_param_name",
    "path",
    "scope",
}
_FIELDS = {field.name for field in dataclasses.fields(Dependant)}
if _MISSING := _HANDLED_FIELDS - _FIELDS:
    raise ImportError(f"FastAPI's Dependant has no {', '.join(sorted(_MISSING))}")
_OTHER_FIELDS = sorted(_FIELDS - _HANDLED_FIELDS)
_EMPTY = Dependant()


def _check_options(route: APIRoute, options: Mapping[str, Any]) -> None:
    """An allow-list: an option that is neither handled here nor documentation must have its default."""
    is_plain_json = isinstance(route.response_class, DefaultPlaceholder) and route.response_field is not None
    if not is_plain_json or route.status_code not in (None, 200, 201):
        raise _NotSimple
    for name in options.keys() - _HANDLED_OPTIONS - _DOCUMENTATION - {"response_class"}:
        if name not in _PARAMETERS or _value(options[name]) != _value(_PARAMETERS[name].default):
            raise _NotSimple


def _value(option: Any) -> Any:
    return option.value if isinstance(option, DefaultPlaceholder) else option


def _add_steps(steps: list[_Step], dependant: Dependant) -> int:
    """Adds a function's dependencies, then the function, each once. Returns the function's index."""
    for index, step in enumerate(steps):
        if step.call is dependant.call and step.scope == dependant.scope:
            return index
    call = dependant.call
    is_async = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)
    if call is None or not is_async or any(_is_given(dependant, name) for name in _OTHER_FIELDS):
        raise _NotSimple
    if max(len(dependant.query_params), len(dependant.body_params)) > 1:
        raise _NotSimple
    if not all(map(_is_model, [*dependant.query_params, *dependant.body_params])):
        raise _NotSimple
    indexes = [(each.name, _add_steps(steps, each)) for each in dependant.dependencies]
    steps.append(
        _Step(
            call,
            dependant.scope,
            [(name, index) for name, index in indexes if name is not None],
            dependant.path_params,
            dependant.query_params,
            dependant.body_params,
            dependant.request_param_name,
        )
    )
    return len(steps) - 1


def _is_given(dependant: Dependant, field: str) -> bool:
    return (getattr(dependant, field) or None) != (getattr(_EMPTY, field) or None)


def _is_model(field: Any) -> bool:
    """Whether the field is a whole JSON body, or a model of scalars that the query's parameters can fill."""
    model = field.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return False
    if isinstance(field.field_info, params.Body):
        return type(field.field_info) is params.Body and not field.field_info.embed
    fields = model.model_fields.values()
    has_aliases = any(each.alias or each.validation_alias for each in fields)
    is_flat = all(field_annotation_is_scalar(each.annotation) for each in fields)
    return is_flat and not has_aliases and model.model_config.get("extra") != "allow"
