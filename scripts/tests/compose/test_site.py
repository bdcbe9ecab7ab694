"""The dashboard and the API over HTTPS through the proxy, as browsers use them."""

import re

import httpx2
import pytest

from app.core.http.security_headers import API, COMMON, DASHBOARD, HSTS
from app.core.http.spa import configuration
from scripts.tests.compose.conftest import create_user
from scripts.tests.compose.stack import Stack, Visitor

IMMUTABLE = "public, max-age=31536000, immutable"


def headers_of(response: httpx2.Response, expected: dict[str, str]) -> dict[str, str]:
    return {name: response.headers.get(name, "") for name in expected}


@pytest.fixture(scope="package")
def asset(dashboard: Visitor) -> str:
    """The path of the entry script."""
    found = re.search(r'src="(/assets/[^"]+\.js)"', dashboard.get("/").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/", "/index.html", "/admin", "/settings/password?from=mail", "/no-such-page"])
def test_page_is_the_application_and_not_cached(dashboard: Visitor, path: str) -> None:
    response = dashboard.get(path)
    assert response.status_code == 200
    assert '<div id="root">' in response.text
    assert response.headers["cache-control"] == "no-cache"


def test_hashed_asset_is_compressed_and_cached_a_year(dashboard: Visitor, asset: str) -> None:
    response = dashboard.get(asset, headers={"Accept-Encoding": "gzip"})
    assert (response.status_code, response.headers["cache-control"]) == (200, IMMUTABLE)
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "Accept-Encoding"
    assert dashboard.get(asset, headers={"If-None-Match": response.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/assets/gone-1a2b3c4d.js", "/gone.png", "/.vite/manifest.json", "/assets/"])
def test_missing_file_is_404_not_the_application(dashboard: Visitor, path: str) -> None:
    response = dashboard.get(path)
    assert (response.status_code, response.json()["code"]) == (404, "NOT_001")
    assert response.headers["cache-control"] == "no-cache"


def test_configuration_matches_the_stack(dashboard: Visitor, production: Stack) -> None:
    response = dashboard.get("/config.js")
    assert response.text == configuration(production.environment["PROJECT_NAME"])
    assert response.headers["content-type"] == "application/javascript; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/config.js", "/assets/gone-1a2b3c4d.js", "/admin"])
def test_nginx_sends_the_same_headers_as_embedded(dashboard: Visitor, path: str) -> None:
    expected = {**COMMON, **HSTS, **DASHBOARD}
    response = dashboard.get(path)
    assert headers_of(response, expected) == expected
    assert not re.search(r"\d", response.headers.get("server", ""))


@pytest.mark.parametrize("host", ["api", "dashboard"])
def test_api_is_on_both_hosts(production: Stack, host: str) -> None:
    expected = {**COMMON, **HSTS, **API}
    with production.visitor(host) as visitor:
        response = visitor.get("/api/v1/utils/health-check/")
        ready = visitor.get("/api/v1/health/ready")
    assert (response.status_code, response.json()) == (200, True)
    assert headers_of(response, expected) == expected
    assert ready.status_code == 200


def test_large_api_response_is_compressed(api: Visitor) -> None:
    ids = [create_user(api) for _ in range(20)]
    response = api.get("/api/v1/users/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert {user["id"] for user in response.json()["data"]} >= set(ids)


@pytest.mark.parametrize("host", ["api", "dashboard"])
def test_http_redirects_to_https(production: Stack, host: str) -> None:
    with production.visitor(host, plain=True) as visitor:
        response = visitor.get("/admin?page=2", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (301, f"https://{host}.example.test/admin?page=2")


@pytest.mark.parametrize("host", ["adminer", "mailpit", "proxy", "db", "elsewhere"])
def test_no_other_host_is_served(production: Stack, host: str) -> None:
    with production.visitor(host) as visitor:
        assert visitor.get("/").status_code == 404


def test_mismatched_host_header_is_refused(production: Stack) -> None:
    with production.visitor("api") as visitor:
        assert visitor.get("/api/v1/users/me", headers={"Host": "evil.test"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["//evil.test/%2e%2e", "/\\evil.test", "/%2f%2fevil.test", "/admin/..%2f..%2fetc/passwd"]
)
def test_no_path_leaves_the_site(dashboard: Visitor, path: str) -> None:
    response = dashboard.get(f"https://127.0.0.1:{dashboard.port}{path}", follow_redirects=False)
    assert "evil.test" not in response.headers.get("location", "")
    assert "root:" not in response.text


def test_sign_in_works_on_the_dashboard_host(production: Stack) -> None:
    login = {"email": "admin@example.com", "password": production.secrets["FIRST_SUPERUSER_PASSWORD"]}
    with production.visitor("dashboard") as browser:
        response = browser.post("/api/v1/login/session", json=login)
        cookie = response.headers.get("set-cookie", "")
        me = browser.get("/api/v1/users/me")
    assert "Secure" in cookie, response.text
    assert (me.status_code, me.json()["email"]) == (200, "admin@example.com")


def test_user_can_be_created_changed_and_read(api: Visitor) -> None:
    path = f"/api/v1/users/{create_user(api)}"
    changed = api.patch(path, json={"full_name": "Through the proxy"})
    assert changed.status_code == 200, changed.text
    assert api.get(path).json()["full_name"] == "Through the proxy"


def test_too_large_body_is_refused(api: Visitor) -> None:
    response = api.patch("/api/v1/users/me", json={"full_name": "x" * (2 << 20)})
    assert response.status_code == 413


def test_proxy_refuses_too_large_headers(api: Visitor) -> None:
    assert api.get("/api/v1/users/me", headers={"X-Large": "x" * (64 << 10)}).status_code == 431
