"""Routes that are found, and whose arguments are made, with less work than FastAPI's own.

Only the good case is shorter, and only that of usual operations: whatever `_Unusual` and `_Refused` stand for goes
FastAPI's way. So what a route may declare, and every answer, stay as FastAPI has them (decision 0021).
"""

import inspect
import json
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from fastapi import Request, Response, params
from fastapi._compat import field_annotation_is_scalar
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, serialize_response
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send


class Route(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._beginning = path.partition("{")[0]
        self._usual_app = self.app
        self._steps: list[_Step] = []
        try:
            _refuse_unusual_answer(self)
            _add_steps(self._steps, self.dependant)
        except _Unusual:
            return
        self.app = self._short_app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Routes are tried one after the other: most differ before the first parameter of their paths."""
        if not scope["path"].startswith(self._beginning) and not scope.get("root_path"):
            return Match.NONE, {}
        return super().matches(scope)

    async def _short_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["app"].dependency_overrides or "fastapi.telemetry" in scope:
            return await self._usual_app(scope, receive, send)
        request = Request(scope, receive, send)
        try:
            arguments = [await _arguments(step, request) for step in self._steps]
        except _Refused:
            # FastAPI says what is wrong, and only to who may know.
            return await self._usual_app(scope, _read_again(request, receive), send)
        results: list[Any] = []
        for step, own in zip(self._steps, arguments, strict=True):
            for name, place in step.dependencies:
                own[name] = results[place]
            results.append(await step.call(**own))
        response = results[-1]
        if not isinstance(response, Response):
            content = await serialize_response(field=self.response_field, response_content=response, dump_json=True)
            response = Response(content, self.status_code or 200, media_type="application/json")
        await response(scope, receive, send)


class _Unusual(Exception):
    """The operation declares something that only FastAPI knows."""


class _Refused(Exception):
    """The request has a wrong value."""


class _Step(NamedTuple):
    """A function to call: one of the dependencies in their order, or last the operation itself."""

    call: Callable[..., Coroutine[Any, Any, Any]]
    dependencies: list[tuple[str, int]]
    """Arguments that are results of earlier steps."""
    path: list[Any]
    query: list[Any]
    body: list[Any]
    request: str | None


def _refuse_unusual_answer(route: APIRoute) -> None:
    is_plain_json = isinstance(route.response_class, DefaultPlaceholder) and route.response_field is not None
    if not is_plain_json or route.max_body_size is not None or route.status_code not in (None, 200, 201):
        raise _Unusual


def _add_steps(steps: list[_Step], dependant: Dependant) -> int:
    """Adds what a function depends on and then itself, each function once. Where it now is."""
    for place, step in enumerate(steps):
        if step.call is dependant.call:
            return place
    call = dependant.call
    is_async = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__)
    unknown = (
        dependant.header_params
        or dependant.cookie_params
        or dependant.websocket_param_name
        or dependant.http_connection_param_name
        or dependant.response_param_name
        or dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
        or dependant.own_oauth_scopes
        or dependant.concurrency
        or not dependant.use_cache
        or max(len(dependant.query_params), len(dependant.body_params)) > 1
    )
    if call is None or not is_async or unknown:
        raise _Unusual
    if not all(map(_is_model, [*dependant.query_params, *dependant.body_params])):
        raise _Unusual
    places = [(each.name, _add_steps(steps, each)) for each in dependant.dependencies]
    steps.append(
        _Step(
            call,
            [(name, place) for name, place in places if name is not None],
            dependant.path_params,
            dependant.query_params,
            dependant.body_params,
            dependant.request_param_name,
        )
    )
    return len(steps) - 1


def _is_model(field: Any) -> bool:
    """Whether it is a whole body, or a model that a dict of a query's texts can fill."""
    model = field.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return False
    if isinstance(field.field_info, params.Body):
        return type(field.field_info) is params.Body and not field.field_info.embed
    fields = model.model_fields.values()
    has_aliases = any(each.alias or each.validation_alias for each in fields)
    is_flat = all(field_annotation_is_scalar(each.annotation) for each in fields)
    return is_flat and not has_aliases and model.model_config.get("extra") != "allow"


async def _arguments(step: _Step, request: Request) -> dict[str, Any]:
    """The arguments that the request itself gives."""
    arguments = {field.name: _check(field, request.path_params[field.alias]) for field in step.path}
    for field in step.query:
        arguments[field.name] = _check(field, dict(request.query_params))
    for field in step.body:
        arguments[field.name] = _check(field, await _json(request))
    if step.request is not None:
        arguments[step.request] = request
    return arguments


def _check(field: Any, value: Any) -> Any:
    valid, errors = field.validate(value, {}, loc=())
    if errors:
        raise _Refused
    return valid


async def _json(request: Request) -> Any:
    if request.headers.get("content-type") != "application/json":
        raise _Refused
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        raise _Refused from None


def _read_again(request: Request, receive: Receive) -> Receive:
    """What FastAPI reads after this module has read the body."""
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
