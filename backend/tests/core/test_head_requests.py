"""HEAD is answered as GET, without the body."""

import pytest
from fastapi.routing import APIRoute
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.main import app
from tests.auth.factories import signed_in_superuser
from tests.examples import existing_parameters

READABLE = [
    route
    for route in app.routes
    if isinstance(route, APIRoute)
    and route.include_in_schema
    and "GET" in (route.methods or ())
    and route.name != "read_events"
]


@pytest.mark.parametrize("route", READABLE, ids=lambda route: route.name)
async def test_head_is_answered_as_get(client: AsyncClient, session: AsyncSession, route: APIRoute) -> None:
    user, headers = await signed_in_superuser(session)
    path = route.path_format.format(id=user.id, user_id=user.id, **await existing_parameters(session))
    got = await client.get(path, headers=headers)
    head = await client.head(path, headers=headers)
    assert (head.status_code, head.content) == (got.status_code, b"")
    changing = {"x-correlation-id", "x-process-time-ms", "content-length", "ratelimit"}  # the body names the request
    assert {name: got.headers[name] for name in got.headers.keys() - changing} == {
        name: head.headers[name] for name in head.headers.keys() - changing
    }
    assert head.headers.get("content-length", "").isdigit() == ("content-length" in got.headers)


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/login/access-token", 405), ("/api/v1/unknown", 404), ("/api/v1/openapi.json", 200)]
)
async def test_head_without_get_is_refused(client: AsyncClient, path: str, status: int) -> None:
    response = await client.head(path)
    assert (response.status_code, response.content) == (status, b"")


async def test_allow_lists_head_with_get(client: AsyncClient) -> None:
    assert "HEAD" in (await client.put("/api/v1/utils/health-check/")).headers["allow"]
    assert "HEAD" not in (await client.get("/api/v1/login/access-token")).headers["allow"]


async def test_openapi_document_lists_no_head() -> None:
    assert not [path for path, operations in app.openapi()["paths"].items() if "head" in operations]
