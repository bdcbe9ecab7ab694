"""The dashboard and the API as a browser meets them: by https, through the proxy."""

import re

import httpx2
import pytest

from app.core.http.security_headers import API, COMMON, DASHBOARD, HSTS
from app.core.http.spa import configuration
from scripts.tests.compose.conftest import make_user
from scripts.tests.compose.stack import Stack, Visitor

pytestmark = pytest.mark.compose
IMMUTABLE = "public, max-age=31536000, immutable"


def headers_of(answer: httpx2.Response, expected: dict[str, str]) -> dict[str, str]:
    return {name: answer.headers.get(name, "") for name in expected}


@pytest.fixture(scope="package")
def asset(dashboard: Visitor) -> str:
    """The address of the entry script."""
    found = re.search(r'src="(/assets/[^"]+\.js)"', dashboard.get("/").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/", "/index.html", "/admin", "/settings/password?from=mail", "/no-such-page"])
def test_a_page_is_the_application_and_never_kept(dashboard: Visitor, path: str) -> None:
    answer = dashboard.get(path)
    assert answer.status_code == 200
    assert '<div id="root">' in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_a_hashed_asset_is_kept_for_a_year_and_comes_compressed(dashboard: Visitor, asset: str) -> None:
    answer = dashboard.get(asset, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, IMMUTABLE)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert dashboard.get(asset, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/assets/gone-1a2b3c4d.js", "/gone.png", "/.vite/manifest.json", "/assets/"])
def test_a_missing_file_is_not_the_application(dashboard: Visitor, path: str) -> None:
    answer = dashboard.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_001")
    assert answer.headers["cache-control"] == "no-cache"


def test_the_configuration_is_that_of_the_stack(dashboard: Visitor, production: Stack) -> None:
    answer = dashboard.get("/config.js")
    assert answer.text == configuration(production.environment["PROJECT_NAME"])
    assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/", "/config.js", "/assets/gone-1a2b3c4d.js", "/admin"])
def test_nginx_sends_the_headers_of_the_embedded_mode(dashboard: Visitor, path: str) -> None:
    expected = {**COMMON, **HSTS, **DASHBOARD}
    answer = dashboard.get(path)
    assert headers_of(answer, expected) == expected
    assert not re.search(r"\d", answer.headers.get("server", ""))


@pytest.mark.parametrize("host", ["api", "dashboard"])
def test_the_api_is_on_both_hosts(production: Stack, host: str) -> None:
    expected = {**COMMON, **HSTS, **API}
    with production.visitor(host) as visitor:
        answer = visitor.get("/api/v1/utils/health-check/")
        ready = visitor.get("/api/v1/health/ready")
    assert (answer.status_code, answer.json()) == (200, True)
    assert headers_of(answer, expected) == expected
    assert ready.status_code == 200


def test_the_api_compresses_what_is_worth_it(api: Visitor) -> None:
    ids = [make_user(api) for _ in range(20)]
    answer = api.get("/api/v1/users/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert {user["id"] for user in answer.json()["data"]} >= set(ids)


@pytest.mark.parametrize("host", ["api", "dashboard"])
def test_plain_http_is_only_redirected(production: Stack, host: str) -> None:
    with production.visitor(host, plain=True) as visitor:
        answer = visitor.get("/admin?page=2", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{host}.example.test/admin?page=2")


@pytest.mark.parametrize("host", ["adminer", "mailpit", "proxy", "db", "elsewhere"])
def test_no_other_host_is_served(production: Stack, host: str) -> None:
    with production.visitor(host) as visitor:
        assert visitor.get("/").status_code == 404


def test_a_host_that_the_request_does_not_mean_is_refused(production: Stack) -> None:
    with production.visitor("api") as visitor:
        assert visitor.get("/api/v1/users/me", headers={"Host": "evil.test"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["//evil.test/%2e%2e", "/\\evil.test", "/%2f%2fevil.test", "/admin/..%2f..%2fetc/passwd"]
)
def test_no_path_leads_elsewhere(dashboard: Visitor, path: str) -> None:
    answer = dashboard.get(f"https://127.0.0.1:{dashboard.port}{path}", follow_redirects=False)
    assert "evil.test" not in answer.headers.get("location", "")
    assert "root:" not in answer.text


def test_signing_in_works_on_the_dashboards_host(production: Stack) -> None:
    login = {"email": "admin@example.com", "password": production.secrets["FIRST_SUPERUSER_PASSWORD"]}
    with production.visitor("dashboard") as browser:
        answer = browser.post("/api/v1/login/session", json=login)
        cookie = answer.headers.get("set-cookie", "")
        me = browser.get("/api/v1/users/me")
    assert "Secure" in cookie, answer.text
    assert (me.status_code, me.json()["email"]) == (200, "admin@example.com")


def test_a_user_is_made_changed_and_read(api: Visitor) -> None:
    path = f"/api/v1/users/{make_user(api)}"
    changed = api.patch(path, json={"full_name": "Through the proxy"})
    assert changed.status_code == 200, changed.text
    assert api.get(path).json()["full_name"] == "Through the proxy"


def test_a_body_that_is_too_large_is_refused(api: Visitor) -> None:
    answer = api.patch("/api/v1/users/me", json={"full_name": "x" * (2 << 20)})
    assert answer.status_code == 413


def test_headers_that_are_too_large_are_refused_by_the_proxy(api: Visitor) -> None:
    assert api.get("/api/v1/users/me", headers={"X-Large": "x" * (64 << 10)}).status_code == 431
