"""What FastAPI's options do, through HTTP: the same by `add_routes` and by `include_router`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Annotated, Any

import pytest
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    FastAPI,
    Form,
    Header,
    HTTPException,
    Request,
    Response,
)
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel, Field

from tests.core.test_route_options import PREFIX, by_add_routes, by_include_router, callbacks, operation_name
from tests.fixtures import BASE_URL


class User(BaseModel):
    name: str = "Ada"
    hashed_password: str = "secret"
    nickname: str | None = None
    full_name: str = Field(default="Ada L.", serialization_alias="fullName")


class Mail(BaseModel):
    to: str


seen: list[str] = []


def note(text: str) -> None:
    seen.append(text)


async def refuse() -> None:
    raise HTTPException(403, "Refused")


async def opened() -> AsyncIterator[str]:
    seen.append("opened")
    yield "value"
    seen.append("closed")


def opened_in_a_thread() -> Iterator[str]:
    yield "from a thread"


async def current() -> str:
    return "the user"


router = APIRouter(prefix="/r", tags=["of the router"], responses={418: {"description": "Teapot"}})


def returning(value: Any) -> Callable[[], Awaitable[Any]]:
    async def operation() -> Any:
        return value

    return operation


BOB = User(name="Bob")
# Each differs from `plain` in what it is named after.
OPERATIONS: list[tuple[str, Any, dict[str, Any]]] = [
    ("plain", BOB, {"response_model": User}),
    ("exclude", BOB, {"response_model": User, "response_model_exclude": {"hashed_password"}}),
    ("include", BOB, {"response_model": User, "response_model_include": {"name", "full_name"}}),
    ("by_alias", BOB, {"response_model": User, "response_model_by_alias": False}),
    ("exclude_none", BOB, {"response_model": User, "response_model_exclude_none": True}),
    ("exclude_unset", BOB, {"response_model": User, "response_model_exclude_unset": True}),
    ("exclude_defaults", BOB, {"response_model": User, "response_model_exclude_defaults": True}),
    ("accepted", BOB, {"response_model": User, "status_code": 202}),
    ("refused", BOB, {"response_model": User, "dependencies": [Depends(refuse)]}),
    ("operation_id", 1, {"operation_id": "my_operation"}),
    ("renamed", 1, {"name": "my_name"}),
    ("response_description", 1, {"response_description": "A user"}),
    ("callbacks", 1, {"callbacks": callbacks.routes}),
    ("unique_id", 1, {"generate_unique_id_function": operation_name}),
    ("deprecated", 1, {"deprecated": True}),
    ("extra", 1, {"openapi_extra": {"x-own": True}}),
    ("hidden", 1, {"include_in_schema": False}),
    ("documented", 1, {"responses": {404: {"model": Mail}}}),
    ("html", "<b>hi</b>", {"response_class": HTMLResponse}),
    ("no_content", None, {"status_code": 204, "response_model": None}),
]
for name, value, options in OPERATIONS:
    router.add_api_route(f"/{name}", returning(value), **{"name": name, **options})


@router.post("/small", max_body_size=20)
async def small(body: Mail) -> Mail:
    return body


async def lax(body: Mail) -> Mail:
    return body


router.add_api_route("/lax", lax, methods=["POST"], strict_content_type=False)


@router.post("/form", form_limits={"max_fields": 1})
async def form(to: Annotated[str, Form()]) -> str:
    return to


@router.post("/tasks", status_code=202)
async def tasks(background: BackgroundTasks) -> str:
    background.add_task(note, "task")
    return "queued"


@router.get("/sync")
def sync(number: int = 3) -> int:
    return number


@router.get("/yield")
async def with_yield(
    value: Annotated[str, Depends(opened)], threaded: Annotated[str, Depends(opened_in_a_thread)]
) -> list[str]:
    seen.append("handled")
    return [value, threaded]


@router.get("/headers")
async def headers(response: Response, x_in: Annotated[str, Header()] = "", c: Annotated[str, Cookie()] = "") -> str:
    response.headers["x-out"] = x_in
    response.set_cookie("c", c)
    response.status_code = 203
    return "done"


@router.get("/own-response")
async def own_response() -> Response:
    return PlainTextResponse("own", 299, {"x-own": "1"})


@router.get("/redirect", response_class=RedirectResponse)
async def redirect() -> str:
    return "/elsewhere"


@router.get("/current")
async def read_current(who: Annotated[str, Depends(current)]) -> str:
    return who


@router.get("/lines")
async def lines() -> AsyncIterator[User]:
    for name in ("a", "b"):
        yield User(name=name)


@router.get("/events", response_class=EventSourceResponse)
async def server_sent() -> AsyncIterator[User]:
    yield User(name="a")


@router.get("/chunks")
async def chunks() -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.sleep(0)
        yield b"b"

    return StreamingResponse(parts(), media_type="text/plain")


@router.get("/raw", response_class=StreamingResponse)
def raw() -> Iterator[bytes]:
    yield b"raw"


@router.get("/where")
async def where(request: Request) -> list[str]:
    """Names that `url_path_for` knows, the nested and renamed ones too."""
    return [str(request.url_for("my_name")), str(request.url_for("deep", id=3)), str(request.app.url_path_for("sync"))]


@router.post("/two")
async def two(body: Mail, other: Annotated[User, Body()], number: int = 1) -> list[Any]:
    return [body, other, number]


nested = APIRouter(prefix="/nested", dependencies=[Depends(opened)])


@nested.get("/{id}")
async def deep(id: int) -> int:
    return id


router.include_router(nested, tags=["of the nested"])
guarded = APIRouter(prefix="/guarded", dependencies=[Depends(refuse)])


@guarded.get("/")
async def read_guarded() -> str:
    return "never"


router.include_router(guarded)


def paths_of_get() -> list[str]:
    routes = [route for route in router.routes if isinstance(route, APIRoute) and route.methods == {"GET"}]
    return [route.path.removeprefix("/r") for route in routes]


JSON = {"content-type": "application/json"}
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    *[("GET", path, {}) for path in paths_of_get()],
    ("POST", "/small", {"json": {"to": "a"}}),
    ("POST", "/small", {"json": {"to": "a" * 20}}),
    ("POST", "/lax", {"content": b'{"to": "a"}'}),
    ("POST", "/lax", {"content": b'{"to": "a"}', "headers": JSON}),
    ("POST", "/form", {"data": {"to": "a"}}),
    ("POST", "/form", {"data": {"to": "a", "more": "b"}}),
    ("POST", "/tasks", {}),
    ("GET", "/sync?number=5", {}),
    ("GET", "/sync?number=x", {}),
    ("GET", "/headers", {"headers": {"x-in": "1", "cookie": "c=2"}}),
    ("POST", "/two?number=2", {"json": {"body": {"to": "a"}, "other": {"name": "b"}}}),
    ("POST", "/two", {"json": {"to": "a"}}),
    ("GET", "/nested/3", {}),
    ("GET", "/nested/x", {}),
    ("GET", "/guarded/", {}),
    ("GET", "/none", {}),
    ("DELETE", "/plain", {}),
]


async def response_of(app: FastAPI, method: str, path: str, options: dict[str, Any]) -> tuple[Any, ...]:
    """And what happened on the way."""
    seen.clear()
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        response = await client.request(method, f"{PREFIX}/r{path}", **options)
    return response.status_code, response.content, response.headers.raw, list(seen)


@pytest.mark.parametrize(("method", "path", "options"), REQUESTS)
async def test_response_is_that_of_fastapi(method: str, path: str, options: dict[str, Any]) -> None:
    ours = await response_of(by_add_routes(router), method, path, options)
    assert ours == await response_of(by_include_router(router), method, path, options)


@pytest.mark.parametrize("path", ["/current", "/yield", "/nested/3"])
async def test_override_of_a_dependency_counts(path: str) -> None:
    responses = []
    for app in (by_add_routes(router), by_include_router(router)):
        app.dependency_overrides = {current: lambda: "somebody else", opened: lambda: "overridden"}
        responses.append(await response_of(app, "GET", path, {}))
    assert responses[0] == responses[1]
    assert (b"somebody else" in responses[0][1]) == (path == "/current")


def test_openapi_document_is_that_of_fastapi() -> None:
    assert by_add_routes(router).openapi() == by_include_router(router).openapi()


async def test_excluded_field_does_not_leak() -> None:
    _, content, *_ = await response_of(by_add_routes(router), "GET", "/exclude", {})
    assert content == b'{"name":"Bob","nickname":null,"fullName":"Ada L."}'
