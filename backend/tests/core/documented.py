"""Check every response of the tests against the OpenAPI document."""

import json
from functools import cache
from typing import Any

from fastapi.routing import APIRoute
from httpx2 import Request, Response
from jsonschema_rs import Draft202012Validator

from app.main import app

_SCHEMAS = "#/components/schemas/"
_HOW = "give its class in app/core/errors.py to responses=problems(...)"


async def refuse_undocumented(response: Response) -> None:
    """Fail for an undocumented status, header or error code. This is an event hook of the tests' clients.

    It ignores paths and methods without an operation, and requests that any server or proxy can refuse.
    """
    operation = _operation(response.request)
    if operation is None or response.status_code == 431:
        return
    documented = operation["responses"].get(str(response.status_code))
    undocumented = f"{operation['operationId']} returns {{}}, which it does not document: {_HOW}"
    assert documented, undocumented.format(response.status_code)
    known = app.openapi()["components"]["headers"]
    required = {name for name, header in known.items() if header["required"]}
    headers = {name for name in required if name in response.headers}
    assert headers == required & set(documented.get("headers", ())), (
        f"{operation['operationId']} does not document its headers"
    )
    if response.status_code >= 400:
        await response.aread()
        code = response.json()["code"]
        assert code in codes(documented), undocumented.format(code)
    elif response.headers.get("content-type") == "application/json":
        body = await response.aread()
        errors = _validator(operation["operationId"], response.status_code).iter_errors(json.loads(body))
        assert not (found := [f"{error.instance_path}: {error.message}" for error in errors]), (
            f"{operation['operationId']} sends a body that its schema does not allow: {'; '.join(found)}"
        )


@cache
def _validator(operation_id: str, status: int) -> Draft202012Validator:
    """Validates a body, and refuses fields that the schema does not name: no column gets out by accident."""
    components = {name: _closed(schema) for name, schema in app.openapi()["components"]["schemas"].items()}
    [operation] = [
        operation
        for path in app.openapi()["paths"].values()
        for operation in path.values()
        if operation["operationId"] == operation_id
    ]
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": {"schemas": components}}, validate_formats=True)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


def codes(response: dict[str, Any]) -> set[str]:
    """Return the error codes of one documented response."""
    schema = response["content"]["application/problem+json"]["schema"]
    return {_code(each["$ref"]) for each in schema.get("anyOf", [schema])}


def _code(ref: str) -> str:
    _, own = app.openapi()["components"]["schemas"][ref.removeprefix(_SCHEMAS)]["allOf"]
    code: str = own["properties"]["code"]["const"]
    return code


def _operation(request: Request) -> dict[str, Any] | None:
    for route in app.routes:
        if not isinstance(route, APIRoute) or request.method not in (route.methods or ()):
            continue
        if route.include_in_schema and route.path_regex.match(request.url.path):
            operation: dict[str, Any] = app.openapi()["paths"][route.path_format][request.method.lower()]
            return operation
    return None
