"""Headers, hosts, documentation, and the dashboard's files (WE-05..08, WE-13)."""

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.settings import Settings
from app.main import create_app
from tests.auth.factories import signed_in_user
from tests.core.answers import problem
from tests.fixtures import BASE_URL

STRONG = "k7Yw2mQx9vRt4bNc8pLd3sHf6jZg1aUe"
OUTSIDE: dict[str, Any] = {
    "FRONTEND_URL": "https://dashboard.example.com",
    "SECRET_KEY": STRONG,
    "DATABASE_URL": f"postgresql://app:{STRONG}@127.0.0.1/app",
    "STORAGE_URL": "file:///var/lib/app",
}
HEALTH = "/api/v1/utils/health-check/"


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@asynccontextmanager
async def client_of(app: FastAPI, base_url: str = BASE_URL) -> Any:
    async with AsyncClient(transport=ASGITransport(app), base_url=base_url) as client:
        yield client


def assert_security_headers(response: Response) -> None:
    headers = response.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in ("no-referrer", "strict-origin-when-cross-origin")
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "server" not in headers
    assert "x-powered-by" not in headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", HEALTH, 200),
        ("GET", "/api/v1/users/me", 401),
        ("GET", "/api/v1/unknown", 404),
        ("DELETE", HEALTH, 405),
        ("GET", "/api/v1/users/?q=%00", 422),
        ("POST", "/api/v1/users/signup", 422),
    ],
)
async def test_we05_every_api_response_has_security_headers(
    client: AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert_security_headers(response)
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_we05_hsts_is_sent_for_a_year() -> None:
    async with client_of(create_app(settings(ENVIRONMENT="production", **OUTSIDE))) as client:
        policy = (await client.get(HEALTH)).headers["strict-transport-security"]
    assert "max-age=31536000" in policy
    assert "includeSubDomains" in policy


async def test_we05_plain_http_sends_no_hsts(client: AsyncClient) -> None:
    assert "strict-transport-security" not in (await client.get(HEALTH)).headers


@pytest.mark.parametrize("path", ["/api/v1/users/me", HEALTH, "/api/v1/unknown", "/api/v1/users/?limit=0"])
async def test_we06_api_responses_are_not_cached(client: AsyncClient, session: AsyncSession, path: str) -> None:
    _, headers = await signed_in_user(session)
    assert (await client.get(path, headers=headers)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:9", "[::1]", "[::1]:8000"])
async def test_we07_own_hosts_are_served(client: AsyncClient, host: str) -> None:
    assert (await client.get("/api/v1/users/me", headers={"Host": host})).status_code == 401


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.example:8000",
        "localhost@evil.example",
        "localhost,evil",
        "::1",
    ],
)
async def test_we07_other_hosts_are_refused(client: AsyncClient, host: str) -> None:
    for path in ("/api/v1/users/me", "/", "/api/v1/health", "/api/v1/health/ready/"):
        response = await client.get(path, headers={"Host": host})
        assert problem(response) == (400, "REQ_001")
        assert not host or host not in response.text


@pytest.mark.parametrize("host", ["10.0.0.5", "10.0.0.5:8000", "[fd00::5]:8000", "pod.svc.cluster.local", ""])
@pytest.mark.parametrize("path", ["/api/v1/health/live", "/api/v1/health/ready", HEALTH])
async def test_we07_probes_can_use_any_host(client: AsyncClient, path: str, host: str) -> None:
    assert (await client.get(path, headers={"Host": host})).status_code == 200


async def test_we07_added_hosts_are_case_insensitive() -> None:
    async with client_of(create_app(settings(ALLOWED_HOSTS=["API.example.com"]))) as client:
        for host in ("api.example.com", "API.example.com:443"):
            assert (await client.get("/api/v1/users/me", headers={"Host": host})).status_code == 401


@pytest.mark.parametrize(
    ("environment", "enabled", "status"),
    [
        ("production", None, 404),
        ("production", True, 200),
        ("staging", None, 200),
        ("staging", False, 404),
        ("local", None, 200),
        ("local", False, 404),
    ],
)
@pytest.mark.parametrize("path", ["/docs", "/api/v1/openapi.json"])
async def test_we13_docs_are_off_in_production_by_default(
    environment: str, enabled: bool | None, status: int, path: str
) -> None:
    app = create_app(settings(ENVIRONMENT=environment, DOCS_ENABLED=enabled, **OUTSIDE))
    async with client_of(app) as client:
        response = await client.get(path)
    assert response.status_code == status
    assert_security_headers(response)


@pytest.mark.parametrize(
    "path", ["/redoc", "/openapi.json", "/debug", "/docs/oauth2-redirect/x", "/.env", "/api/v1/docs"]
)
async def test_we13_nothing_else_is_published(path: str) -> None:
    async with client_of(create_app(settings(ENVIRONMENT="production", **OUTSIDE))) as client:
        assert problem(await client.get(path)) == (404, "NOT_001")


@pytest.mark.parametrize("environment", ["staging", "production"])
async def test_private_endpoint_exists_in_local_development_only(environment: str) -> None:
    async with client_of(create_app(settings(ENVIRONMENT=environment, **OUTSIDE))) as client:
        response = await client.post("/api/v1/private/users/", json={})
    assert problem(response)[0] in (404, 405)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built dashboard, next to a file that does not belong to it."""
    (tmp_path / "outside.txt").write_text("outside")
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<html>dashboard</html>")
    (built / "assets" / "index-1a2b.js").write_text("script")
    (built / "assets" / "index-1a2b.js.br").write_bytes(b"brotli")
    (built / "favicon.svg").write_text("<svg/>")
    (built / ".env").write_text("SECRET=1")
    return built


@pytest.fixture
async def dashboard(folder: Path) -> Any:
    async with client_of(create_app(settings(FRONTEND_DIR=folder))) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/admin", "/settings/password", "/login?redirect=/admin"])
async def test_every_page_path_serves_the_dashboard(dashboard: AsyncClient, path: str) -> None:
    response = await dashboard.get(path)
    assert (response.status_code, response.text) == (200, "<html>dashboard</html>")
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-type"].startswith("text/html")


async def test_we05_dashboard_has_a_policy_without_inline_script(dashboard: AsyncClient) -> None:
    response = await dashboard.get("/")
    assert_security_headers(response)
    policy = response.headers["content-security-policy"]
    directives = dict(directive.strip().split(" ", 1) for directive in policy.split(";"))
    assert directives["script-src"] == "'self'"
    assert (directives["object-src"], directives["base-uri"]) == ("'none'", "'none'")
    assert response.headers["cross-origin-opener-policy"] == "same-origin"


async def test_hashed_asset_is_immutable_and_compressed(dashboard: AsyncClient) -> None:
    response = await dashboard.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert (response.status_code, response.text) == (200, "script")
    assert "immutable" in response.headers["cache-control"]
    async with dashboard.stream("GET", "/assets/index-1a2b.js", headers={"Accept-Encoding": "br"}) as compressed:
        assert compressed.headers["content-encoding"] == "br"
        assert compressed.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/assets/old-9f9f.js", "/missing.png", "/api/v1/unknown", "/api", "/api/v1/users.js"])
async def test_missing_file_or_api_path_is_404(dashboard: AsyncClient, path: str) -> None:
    response = await dashboard.get(path, headers={"Accept": "text/html"})
    assert problem(response) == (404, "NOT_001")


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/assets/../../outside.txt",
        "/assets/..%5c..%5coutside.txt",
        "//outside.txt",
        "/%2foutside.txt",
        "/assets/%2e%2e/%2e%2e/outside.txt",
    ],
)
async def test_we08_paths_cannot_leave_the_folder(dashboard: AsyncClient, path: str) -> None:
    response = await dashboard.get(path)
    assert "outside" not in response.text
    assert response.status_code in (200, 404)


@pytest.mark.parametrize("path", ["/.env", "/%2eenv", "/.git/config", "/assets/.hidden"])
async def test_we08_dotfiles_are_not_served(dashboard: AsyncClient, path: str) -> None:
    assert (await dashboard.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "//evil.example/%2e%2e", "/https://evil.example", "/admin/", "/assets"],
)
async def test_we08_no_path_redirects_elsewhere(dashboard: AsyncClient, path: str) -> None:
    response = await dashboard.get(f"{BASE_URL}{path}", follow_redirects=False)
    assert "evil" not in response.headers.get("location", "")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_dashboard_is_read_only(dashboard: AsyncClient, method: str) -> None:
    assert problem(await dashboard.request(method, "/admin")) == (405, "METH_001")
