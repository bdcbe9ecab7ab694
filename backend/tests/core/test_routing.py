"""The fast path returns the same responses as FastAPI's own path."""

import uuid
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Body, Depends, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel, Field

from app.core.http.routing import Route
from tests.fixtures import BASE_URL

ID = "01900000-0000-7000-8000-000000000000"


class Params(BaseModel):
    limit: int = Field(default=10, ge=1)
    sort: Literal["a", "b"] = "a"
    q: str | None = None


class Thing(BaseModel):
    name: str = Field(min_length=1)
    size: int | None = None


class Tags(BaseModel):
    tag: list[str] = []


calls: list[str] = []


async def who(request: Request) -> str:
    calls.append("who")
    return request.headers.get("x-who", "nobody")


async def greeting(name: Annotated[str, Depends(who)]) -> str:
    return f"Hello {name}"


Who = Annotated[str, Depends(who)]
Hello = Annotated[str, Depends(greeting)]


def make_app(route_class: type[APIRoute]) -> FastAPI:
    app = FastAPI()
    router = APIRouter(route_class=route_class, dependency_overrides_provider=app)

    @router.get("/things/{id}")
    async def read(id: uuid.UUID, who: Who, hello: Hello, params: Annotated[Params, Query()]) -> dict[str, Any]:
        return {"id": id, "who": who, "hello": hello, "params": params}

    @router.post("/things", status_code=201, response_model=Thing, dependencies=[Depends(greeting)])
    async def create(body: Thing) -> Any:
        return {**body.model_dump(), "secret": "s"}

    @router.post("/embedded")
    async def embedded(body: Annotated[Thing, Body(embed=True)]) -> Thing:
        return body

    @router.get("/tags")
    async def tags(params: Annotated[Tags, Query()]) -> Tags:
        return params

    @router.get("/header")
    async def header(response: Response) -> bool:
        response.headers["x-own"] = "1"
        return True

    @router.get("/sync")
    def sync(limit: int = 3) -> int:
        return limit

    app.router.routes.extend(router.routes)
    return app


REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", f"/things/{ID}", {"headers": {"x-who": "Ada"}}),
    ("GET", f"/things/{ID}?limit=3&sort=b&q=%C3%A9&q=last&other=1", {}),
    ("HEAD", f"/things/{ID}", {}),
    ("GET", f"/things/{ID}?limit=0&sort=c", {}),
    ("GET", "/things/nonsense?limit=x", {}),
    ("GET", "/thing", {}),
    ("DELETE", f"/things/{ID}", {}),
    ("POST", "/things", {"json": {"name": "a", "size": 1}}),
    ("POST", "/things", {"json": {"name": ""}}),
    ("POST", "/things", {"json": None}),
    ("POST", "/things", {}),
    ("POST", "/things", {"content": b"{", "headers": {"content-type": "application/json"}}),
    ("POST", "/things", {"content": b'{"name": "a"}', "headers": {"content-type": "application/json; charset=utf-8"}}),
    ("POST", "/things", {"content": b'{"name": "a"}', "headers": {"content-type": "text/plain"}}),
    ("POST", "/embedded", {"json": {"body": {"name": "a"}}}),
    ("POST", "/embedded", {"json": {"name": "a"}}),
    ("GET", "/tags?tag=a&tag=b", {}),
    ("GET", "/header", {}),
    ("GET", "/sync?limit=5", {}),
]


@pytest.mark.parametrize(("method", "path", "options"), REQUESTS)
async def test_response_equals_that_of_fastapi(method: str, path: str, options: dict[str, Any]) -> None:
    responses = []
    for route_class in (Route, APIRoute):
        transport = ASGITransport(make_app(route_class))
        async with AsyncClient(transport=transport, base_url=BASE_URL) as client:
            response = await client.request(method, path, **options)
            responses.append((response.status_code, response.content, response.headers.raw))
    assert responses[0] == responses[1]


async def test_shared_dependency_is_called_once() -> None:
    calls.clear()
    async with AsyncClient(transport=ASGITransport(make_app(Route)), base_url=BASE_URL) as client:
        assert (await client.get(f"/things/{ID}")).json()["hello"] == "Hello nobody"
    assert calls == ["who"]


async def test_dependency_override_is_used() -> None:
    app = make_app(Route)
    app.dependency_overrides[who] = lambda: "somebody else"
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        assert (await client.get(f"/things/{ID}")).json()["who"] == "somebody else"
