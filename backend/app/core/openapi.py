"""What the OpenAPI document says beyond FastAPI's own: every error, in one shape."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.core.errors import Problem

_REF = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of an operation: the errors of its own, by status.

    Those that every operation can answer, and 401, 403, 413 and 422 where they follow from the
    signature, are added by themselves.
    """
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": _REF}},
        }
        for status in statuses
    }


def route_name(route: APIRoute) -> str:
    """Operation ids are the handlers' names: the SDK's functions are called after them."""
    return route.name


def _common_statuses(operation: dict[str, Any]) -> list[int]:
    statuses = [400, 500, 503]
    if "security" in operation:
        statuses += [401, 403]
    if "requestBody" in operation:
        statuses += [408, 413]
    if "requestBody" in operation or "parameters" in operation:
        statuses.append(422)
    return statuses


def add_openapi(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem

    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            responses.pop("422", None)
            for status, response in problems(*_common_statuses(operation)).items():
                responses.setdefault(str(status), response)
            operation["responses"] = dict(sorted(responses.items()))
    return document
