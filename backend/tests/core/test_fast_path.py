"""Which operations take the fast path, and that FastAPI's own is the fallback for everything else."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, Depends, Security
from fastapi.dependencies.models import Dependant
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel
from structlog.testing import CapturingLogger

from app.core.http import fast_path, routing
from app.core.http.fast_path import FastPath
from app.core.http.routing import Route
from app.main import app
from tests.core.test_route_options import OPTIONS, by_add_routes, only_route
from tests.fixtures import BASE_URL

DOCUMENTATION = {
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
HANDLED = {"response_model", "status_code", "methods"}


class Thing(BaseModel):
    name: str = "a"


async def read() -> Thing:
    return Thing()


def is_fast(endpoint: Any = read, **options: Any) -> bool:
    router = APIRouter()
    router.add_api_route("/things", endpoint, **options)
    route = only_route(by_add_routes(router))
    assert isinstance(route, Route)
    return route.is_fast


@pytest.mark.parametrize("name", OPTIONS)
def test_unknown_option_takes_the_path_of_fastapi(name: str) -> None:
    dependency: dict[str, Any] = {"dependencies": [Depends(read)]}
    option = dependency if name == "dependencies" else {name: OPTIONS[name]}
    assert is_fast(**option) == (name in DOCUMENTATION | HANDLED | {"dependencies"})


@pytest.mark.parametrize("options", [{"status_code": 204, "response_model": None}, {"response_class": JSONResponse}])
def test_other_response_is_left_to_fastapi(options: dict[str, Any]) -> None:
    assert not is_fast(**options)


def test_unknown_option_is_left_to_fastapi() -> None:
    route = APIRoute("/things", read)
    assert FastPath.of(route, {}) is not None
    assert FastPath.of(route, {"of_a_later_fastapi": 1}) is None


def test_unknown_dependency_field_takes_path_of_fastapi(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_fast()
    # As if this module did not know `path`, which every operation has.
    monkeypatch.setattr(fast_path, "_OTHER_FIELDS", [*fast_path._OTHER_FIELDS, "path"])
    assert not is_fast()


def test_scopes_are_left_to_fastapi() -> None:
    async def scoped(name: str = Security(read, scopes=["a"])) -> Thing:
        return Thing()

    assert not is_fast(scoped)


@pytest.mark.parametrize("name", ["read_user_me", "read_users", "read_user_by_id", "health_live"])
def test_frequent_operations_take_the_fast_path(name: str) -> None:
    [route] = [route for route in app.routes if isinstance(route, Route) and route.name == name]
    assert route.is_fast


def without_function(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delattr("fastapi._compat.field_annotation_is_scalar")
    return "field_annotation_is_scalar"


def without_module(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sys.modules, "fastapi._compat", None)
    return "fastapi._compat"


def without_field(monkeypatch: pytest.MonkeyPatch) -> str:
    fields = {name: field for name, field in Dependant.__dataclass_fields__.items() if name != "path_params"}
    monkeypatch.setattr(Dependant, "__dataclass_fields__", fields)
    return "Dependant has no path_params"


@pytest.fixture(params=[without_function, without_module, without_field])
def moved(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """As with a FastAPI that has moved what the fast path uses. Gives what the log says of it."""
    reason = request.param(monkeypatch)
    monkeypatch.delitem(sys.modules, "app.core.http.fast_path")
    routing._fast_path.cache_clear()
    yield reason
    routing._fast_path.cache_clear()


async def test_moved_internals_leave_every_route_to_fastapi(moved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = CapturingLogger()
    monkeypatch.setattr(routing, "logger", logs)
    router = APIRouter()
    router.add_api_route("/things", read)
    router.add_api_route("/others", read)
    ours = by_add_routes(router)
    [log] = logs.calls
    assert (log.method_name, log.args) == ("warning", ("fast_path_unavailable",))
    assert moved in log.kwargs["reason"]
    assert [route.is_fast for route in ours.routes if isinstance(route, Route)] == [False, False]
    async with AsyncClient(transport=ASGITransport(ours), base_url=BASE_URL) as client:
        assert (await client.get("/api/v1/things")).json() == {"name": "a"}
