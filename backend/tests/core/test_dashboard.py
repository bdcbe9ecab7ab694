"""The dashboard's files from the API's own process, by the same table as Nginx (scripts/tests/deploy/test_nginx.py)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from app.core.settings import Settings
from app.main import create_app
from tests.core.answers import problem
from tests.core.pages import ADDRESSES, FILES, Result
from tests.security.conftest import served


@pytest.fixture
async def dashboard(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    for file in FILES:
        path = tmp_path / file[1:]
        path.parent.mkdir(exist_ok=True)
        path.write_text("the page" if file == "/index.html" else f"the file {file}")
    async with served(create_app(Settings(_env_file=None, FRONTEND_DIR=tmp_path))) as client:
        client.headers["Host"] = "localhost"
        yield client


async def get(client: AsyncClient, address: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    """Send the address as it is; a client would normalize it."""
    request = client.build_request(method, "/")
    request.extensions["target"] = address.encode()
    response = await client.send(request)
    return response.status_code, dict(response.headers), response.text


@pytest.mark.parametrize(("address", "result"), ADDRESSES.items())
async def test_address_returns_page_file_or_404(dashboard: AsyncClient, address: str, result: Result) -> None:
    status, headers, text = await get(dashboard, address)
    if result == "page":
        assert (status, text, headers["cache-control"]) == (200, "the page", "no-cache")
    elif result == "file":
        cache_control = "public, max-age=31536000, immutable" if "/assets/" in address else "no-cache"
        assert (status, headers["cache-control"]) == (200, cache_control)
        assert text.startswith("the ")
    else:
        cache_control = "no-store" if address.startswith("/api") else "no-cache"
        assert (status, headers["content-type"]) == (404, "application/problem+json")
        assert headers["cache-control"] == cache_control
    head_status, head_headers, head_text = await get(dashboard, address, "HEAD")
    assert (head_status, head_text, head_headers["cache-control"]) == (status, "", headers["cache-control"])


async def test_nul_in_a_path_is_a_page(dashboard: AsyncClient) -> None:
    """Nginx itself refuses it with 400, before any of its rules apply."""
    assert (await get(dashboard, "/%00"))[::2] == (200, "the page")


async def test_api_still_refuses_invalid_text(dashboard: AsyncClient) -> None:
    for address in ("/api/v1/users/?q=%ff", "/api/v1/%00", "/api/v1/users/me?%00"):
        assert (await get(dashboard, address))[0] == 422


async def test_part_of_an_asset_is_cached(dashboard: AsyncClient) -> None:
    response = await dashboard.get("/assets/index-1a2b.js", headers={"Range": "bytes=0-2"})
    assert (response.status_code, response.text) == (206, "the")
    assert "immutable" in response.headers["cache-control"]
    refused = await dashboard.get("/assets/index-1a2b.js", headers={"Range": "bytes=900-"})
    assert (refused.status_code, refused.headers["cache-control"]) == (416, "no-cache")


async def test_wrong_method_is_not_cached(dashboard: AsyncClient) -> None:
    response = await dashboard.post("/admin", content=b"x")
    assert problem(response) == (405, "METH_001")
    assert response.headers["cache-control"] == "no-cache"
