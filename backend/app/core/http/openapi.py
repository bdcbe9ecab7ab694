"""Additions to FastAPI's OpenAPI document: every error of each operation by its code, and response headers."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.core.errors import (
    AppError,
    BadRequest,
    Challenge,
    CrossSiteRequest,
    ErrorCode,
    Invalid,
    MfaRequired,
    NotAuthenticated,
    PreconditionFailed,
    Problem,
    ReauthenticationRequired,
    TooManyRequests,
    Unavailable,
)
from app.core.http.rate_limits import is_sign_in

_CODES = "codes"  # a placeholder in `responses=`, which `_add_problems` replaces by schemas
_SAFE_METHODS = {"get", "head", "options"}
_HEADERS = {
    "ETag": ("Version of the record, for use in `If-Match`", {"type": "string"}),
    "Retry-After": ("Seconds to wait before the next attempt", {"type": "integer", "minimum": 1}),
    "RateLimit": ("Requests that remain, and seconds until there are more", {"type": "string"}),
    "RateLimit-Policy": ("The limit: requests, and seconds of its window", {"type": "string"}),
    "X-Total-Count": ("Number of rows when the response started", {"type": "integer", "minimum": 0}),
}
_OPTIONAL = {"RateLimit", "RateLimit-Policy"}
_CallableT = TypeVar("_CallableT", bound=Callable[..., Any])
_StatusAndCode = tuple[int, ErrorCode]


def problems(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` for an operation: the errors that its handler can raise.

    Other errors are added automatically: those that any operation can return, those of its dependencies (`raises`),
    and 401, 408, 413 and 422 where they follow from the signature.
    """
    responses: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        responses.setdefault(error.status, {"description": "", _CODES: []})[_CODES].append(error.code)
    return responses


def raises(*errors: type[AppError]) -> Callable[[_CallableT], _CallableT]:
    """Declare the errors that a dependency can raise, for every operation that depends on it."""

    def mark(dependency: _CallableT) -> _CallableT:
        dependency.raises = errors  # type: ignore[attr-defined]
        return dependency

    return mark


def route_name(route: APIRoute) -> str:
    """Return the handler's name as operation id, which names the function in the SDK."""
    return route.name


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
    schemas["Challenge"] = Challenge.model_json_schema(mode="serialization")
    schemas |= {_schema_name(code): _schema(code) for code in ErrorCode}
    document["components"]["headers"] = {
        name: {"description": description, "required": name not in _OPTIONAL, "schema": schema}
        for name, (description, schema) in _HEADERS.items()
    }

    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in map(str.lower, route.methods or ()):
                operation = document["paths"][route.path_format][method]
                common = {*_common_problems(method, operation), *_problems_of_dependencies(route.dependant)}
                if is_sign_in(route.endpoint):
                    common.add((TooManyRequests.status, TooManyRequests.code))
                _add_problems(operation, common)
                _add_headers(operation["responses"], schemas)
    return document


def _add_headers(responses: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add the headers that follow from a response's status, model or media type."""
    for status, response in responses.items():
        names = []
        content = response.get("content", {})
        model = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if status == str(PreconditionFailed.status) or "version" in schemas.get(model, {}).get("properties", {}):
            names.append("ETag")
        if status in (str(TooManyRequests.status), str(Unavailable.status)):
            names.append("Retry-After")
        if status == str(TooManyRequests.status):
            names += sorted(_OPTIONAL)
        if "text/csv" in content:
            names.append("X-Total-Count")
        if names:
            response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _common_problems(method: str, operation: dict[str, Any]) -> Iterator[_StatusAndCode]:
    # Not 431: the server and proxies send it, too, without a body, and no client that follows this document gets it.
    yield BadRequest.status, BadRequest.code
    yield 500, ErrorCode.INTERNAL
    yield Unavailable.status, Unavailable.code
    if "security" in operation:
        yield NotAuthenticated.status, NotAuthenticated.code
        if method not in _SAFE_METHODS:
            yield CrossSiteRequest.status, CrossSiteRequest.code
        yield TooManyRequests.status, TooManyRequests.code
    if "requestBody" in operation:
        yield 408, ErrorCode.BAD_REQUEST
        yield 413, ErrorCode.BODY_TOO_LARGE
    if "requestBody" in operation or "parameters" in operation:
        yield Invalid.status, Invalid.code


def _problems_of_dependencies(dependant: Dependant) -> Iterator[_StatusAndCode]:
    for error in getattr(dependant.call, "raises", ()):
        yield error.status, error.code
    for dependency in dependant.dependencies:
        yield from _problems_of_dependencies(dependency)


def _add_problems(operation: dict[str, Any], common: set[_StatusAndCode]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    declared = {(int(status), code) for status, response in responses.items() for code in response.get(_CODES, ())}
    codes_by_status: dict[int, set[ErrorCode]] = {}
    for status, code in common | declared:
        codes_by_status.setdefault(status, set()).add(code)
    for status, codes in codes_by_status.items():
        responses[str(status)] = _response([code for code in ErrorCode if code in codes])
    operation["responses"] = dict(sorted(responses.items()))


def _response(codes: list[ErrorCode]) -> dict[str, Any]:
    refs = [{"$ref": f"#/components/schemas/{_schema_name(code)}"} for code in codes]
    return {
        "description": ", ".join(f"{_words(code).capitalize()} ({code})" for code in codes),
        "content": {"application/problem+json": {"schema": refs[0] if len(refs) == 1 else {"anyOf": refs}}},
    }


def _words(code: ErrorCode) -> str:
    return code.name.replace("_", " ").lower()


def _schema_name(code: ErrorCode) -> str:
    return _words(code).title().replace(" ", "") + "Problem"


def _schema(code: ErrorCode) -> dict[str, Any]:
    """Return the schema of a problem with this code. Their union gives the SDK's errors a typed `code`."""
    properties: dict[str, Any] = {"code": {"const": code.value}}
    if code is MfaRequired.code:
        properties["challenge"] = {"$ref": "#/components/schemas/Challenge"}
    if code is ReauthenticationRequired.code:
        properties["needs_factor"] = {"type": "boolean", "description": "Whether the password alone is not enough."}
    own = {"type": "object", "required": list(properties), "properties": properties}
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}, own]}
