"""`add_routes` keeps every option of FastAPI's routes. The reference is FastAPI's own `include_router`."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response, WebSocket
from fastapi.datastructures import DefaultPlaceholder
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel

from app.core.http.routing import add_routes
from tests.fixtures import BASE_URL

PREFIX = "/api/v1"


class Model(BaseModel):
    name: str = "Ada"


def by_add_routes(router: APIRouter, **options: Any) -> FastAPI:
    app = FastAPI(**options)
    add_routes(app, router, PREFIX)
    return app


def by_include_router(router: APIRouter, **options: Any) -> FastAPI:
    app = FastAPI(**options)
    app.include_router(router, prefix=PREFIX)
    return app


def dependency() -> None: ...


def operation_name(route: APIRoute) -> str:
    return f"the_{route.name}"


callbacks = APIRouter()


@callbacks.post("{$callback_url}/paid")
async def paid(body: Model) -> None: ...


# A value other than the default for each parameter, so that a lost one shows.
OPTIONS: dict[str, Any] = {
    "response_model": Model,
    "status_code": 201,
    "tags": ["own"],
    "dependencies": [Depends(dependency)],
    "summary": "A summary",
    "description": "A description",
    "response_description": "A response",
    "responses": {404: {"model": Model, "description": "Missing"}},
    "deprecated": True,
    "name": "own_name",
    "methods": ["PUT", "PATCH"],
    "operation_id": "own_id",
    "response_model_include": {"name"},
    "response_model_exclude": {"name"},
    "response_model_by_alias": False,
    "response_model_exclude_unset": True,
    "response_model_exclude_defaults": True,
    "response_model_exclude_none": True,
    "include_in_schema": False,
    "response_class": PlainTextResponse,
    "callbacks": callbacks.routes,
    "openapi_extra": {"x-own": 1},
    "generate_unique_id_function": operation_name,
    "strict_content_type": False,
    "max_body_size": 3,
    "form_limits": {"max_fields": 3},
}
# Arguments of a route that are no options of an operation: `add_api_route` has them as its own or sets them itself.
NOT_OPTIONS = {"self", "path", "endpoint", "dependency_overrides_provider"}
DERIVED = ["path_format", "unique_id", "stream_item_type", "is_json_stream", "is_sse_stream", "methods"]


async def endpoint(body: Model | None = None) -> Any:
    """A description by the docstring."""


async def stream() -> AsyncIterator[Model]:
    yield Model()


def plain(value: Any) -> Any:
    """Comparable: two placeholders for one default are not equal by themselves."""
    return ("default", value.value) if isinstance(value, DefaultPlaceholder) else value


def only_route(app: FastAPI) -> APIRoute:
    [route] = [route for route in app.routes if isinstance(route, APIRoute)]
    return route


def assert_equal_routes(router: APIRouter, **options: Any) -> None:
    """For routers with one route."""
    ours = only_route(by_add_routes(router, **options))
    app = by_include_router(router, **options)
    [theirs] = [each for each in iter_route_contexts(app.routes) if isinstance(each.original_route, APIRoute)]
    assert {ours.path, theirs.path} == {f"{PREFIX}{router.routes[0].path}"}  # type: ignore[attr-defined]
    for name in [*OPTIONS, *DERIVED]:
        expected = getattr(theirs, name, None) if name != "form_limits" else theirs.original_route.form_limits  # type: ignore[attr-defined]
        assert plain(getattr(ours, name)) == plain(expected), name


def test_every_parameter_of_a_route_is_tested() -> None:
    """A parameter that a new FastAPI adds fails here until it is in `OPTIONS`."""
    assert set(inspect.signature(APIRoute.__init__).parameters) - NOT_OPTIONS == set(OPTIONS)


@pytest.mark.parametrize("name", [name for name in inspect.signature(APIRoute.__init__).parameters if name in OPTIONS])
def test_option_of_a_route_is_kept(name: str) -> None:
    router = APIRouter()
    router.add_api_route("/things", endpoint, **{name: OPTIONS[name]})
    assert_equal_routes(router)
    value = getattr(only_route(by_add_routes(router)), name)
    assert sorted(value) == sorted(OPTIONS[name]) if name == "methods" else value == OPTIONS[name]


@pytest.mark.parametrize("function", [endpoint, stream])
def test_defaults_of_a_route_are_kept(function: Callable[..., Any]) -> None:
    router = APIRouter()
    router.add_api_route("/things", function)
    assert_equal_routes(router)


ROUTER_OPTIONS: dict[str, Any] = {
    "tags": ["of the router"],
    "dependencies": [Depends(dependency)],
    "responses": {409: {"model": Model}},
    "callbacks": callbacks.routes,
    "deprecated": True,
    "include_in_schema": False,
    "default_response_class": PlainTextResponse,
    "generate_unique_id_function": operation_name,
    "strict_content_type": False,
    "max_body_size": 5,
}


@pytest.mark.parametrize("name", ROUTER_OPTIONS)
def test_option_of_a_router_is_kept(name: str) -> None:
    router = APIRouter(**{name: ROUTER_OPTIONS[name]})
    router.add_api_route("/things", endpoint, tags=["own"])
    assert_equal_routes(router)


@pytest.mark.parametrize("name", [name for name in ROUTER_OPTIONS if name != "tags"])  # an application has no tags
def test_option_of_the_application_is_kept(name: str) -> None:
    router = APIRouter()
    router.add_api_route("/things", endpoint)
    assert_equal_routes(router, **{name: ROUTER_OPTIONS[name]})


def test_innermost_form_limits_win() -> None:
    inner = APIRouter(form_limits={"max_files": 2, "max_fields": 2})
    inner.add_api_route("/things", endpoint, form_limits={"max_fields": 1})
    outer = APIRouter(prefix="/outer", form_limits={"max_files": 9, "max_part_size": 9})
    outer.include_router(inner)
    assert only_route(by_add_routes(outer)).form_limits == {"max_fields": 1, "max_files": 2, "max_part_size": 9}


def test_nested_router_is_flattened_with_its_options() -> None:
    inner = APIRouter(tags=["inner"])
    inner.add_api_route("/things", endpoint, tags=["own"])
    outer = APIRouter(prefix="/outer", tags=["outer"])
    outer.include_router(inner, prefix="/inner", dependencies=[Depends(dependency)])
    route = only_route(by_add_routes(outer))
    assert (route.path, route.tags) == (f"{PREFIX}/outer/inner/things", ["outer", "inner", "own"])
    assert [each.dependency for each in route.dependencies] == [dependency]


class Stamped(APIRoute):
    """A route class of a feature's own, as in FastAPI's "Custom Request and APIRoute class"."""

    def get_route_handler(self) -> Any:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            response = await handler(request)
            response.headers["x-stamp"] = "1"
            return response

        return handle


async def test_route_class_of_a_feature_is_kept() -> None:
    router = APIRouter(route_class=Stamped)
    router.add_api_route("/things", endpoint)
    async with AsyncClient(transport=ASGITransport(by_add_routes(router)), base_url=BASE_URL) as client:
        assert (await client.get(f"{PREFIX}/things")).headers["x-stamp"] == "1"


async def test_lifespan_of_a_router_is_kept() -> None:
    seen = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        seen.append("started")
        yield
        seen.append("ended")

    app = by_add_routes(APIRouter(lifespan=lifespan))
    async with app.router.lifespan_context(app):
        assert seen == ["started"]
    assert seen == ["started", "ended"]


def with_websocket(router: APIRouter) -> None:
    @router.websocket("/socket")
    async def socket(websocket: WebSocket) -> None: ...


def with_mount(router: APIRouter) -> None:
    router.mount("/files", StaticFiles(directory="."), name="files")


def with_plain_route(router: APIRouter) -> None:
    router.add_route("/plain", lambda request: Response())


def with_frontend(router: APIRouter) -> None:
    router.frontend("/pages", directory=".")


@pytest.mark.parametrize("add", [with_websocket, with_mount, with_plain_route, with_frontend])
def test_route_without_operation_is_refused(add: Callable[[APIRouter], None]) -> None:
    router = APIRouter()
    add(router)
    with pytest.raises(TypeError, match=r"HTTP operations.*create_app"):
        add_routes(FastAPI(), router, PREFIX)
