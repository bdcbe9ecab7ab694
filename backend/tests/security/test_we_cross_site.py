"""Pages of other sites cannot act for the user (WE-01..04)."""

from itertools import product
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx2 import ASGITransport, AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.cookies import COOKIE_NAME
from app.core.settings import Settings, settings
from app.main import app, create_app
from tests.auth.factories import Headers, signed_in_user
from tests.core.answers import problem
from tests.examples import parameters
from tests.fixtures import BASE_URL
from tests.users.factories import PASSWORD, create_user

ME = "/api/v1/users/me"
LOGIN = "/api/v1/login/session"
EVIL = "https://evil.example"
SITES = [None, "same-origin", "none", "same-site", "cross-site", "nonsense"]
ORIGINS = [None, BASE_URL, EVIL, "null", f"{BASE_URL}.evil.example", "http://localhost:8001", "https://localhost:8000"]


def browser_headers(site: str | None, origin: str | None) -> Headers:
    given = {"Sec-Fetch-Site": site, "Origin": origin}
    return {name: value for name, value in given.items() if value is not None}


def is_own(site: str | None, origin: str | None) -> bool:
    """Sec-Fetch-Site decides. If it is missing or names another site, Origin decides. Browsers send one of them."""
    return site in ("same-origin", "none") or (site in (None, "same-site", "cross-site") and origin == BASE_URL)


MATRIX = list(product(SITES, ORIGINS))


def as_cookie(headers: Headers) -> Headers:
    return {"Cookie": f"{COOKIE_NAME}={headers['Authorization'].removeprefix('Bearer ')}"}


@pytest.mark.parametrize(("site", "origin"), MATRIX)
async def test_we01_cookie_change_must_come_from_the_dashboard(
    client: AsyncClient, session: AsyncSession, site: str | None, origin: str | None
) -> None:
    _, bearer = await signed_in_user(session)
    headers = as_cookie(bearer) | browser_headers(site, origin)
    response = await client.patch(ME, headers=headers, json={"full_name": "a"})
    if is_own(site, origin):
        assert response.status_code == 200
    else:
        assert problem(response) == (403, "AUTH_006")


@pytest.mark.parametrize(("site", "origin"), MATRIX)
async def test_we01_login_must_come_from_the_dashboard(
    client: AsyncClient, session: AsyncSession, site: str | None, origin: str | None
) -> None:
    """Otherwise a page could sign its visitors in to an account of an attacker."""
    user = await create_user(session)
    body = {"email": user.email, "password": "a wrong password"}
    response = await client.post(LOGIN, headers=browser_headers(site, origin), json=body)
    assert problem(response) == ((400, "AUTH_003") if is_own(site, origin) else (403, "AUTH_006"))


@pytest.mark.parametrize("origin", [None, EVIL, "null"])
@pytest.mark.parametrize("site", [None, "cross-site", "same-site"])
async def test_we01_bearer_token_works_from_everywhere(
    client: AsyncClient, session: AsyncSession, site: str | None, origin: str | None
) -> None:
    _, bearer = await signed_in_user(session)
    for extra in ({}, as_cookie(bearer)):
        headers = bearer | extra | browser_headers(site, origin)
        assert (await client.patch(ME, headers=headers, json={"full_name": "a"})).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_we01_refused_request_changes_nothing(client: AsyncClient, session: AsyncSession, method: str) -> None:
    user, bearer = await signed_in_user(session, full_name="Before")
    headers = as_cookie(bearer) | browser_headers("cross-site", EVIL)
    response = await client.request(method, ME, headers=headers, json={"full_name": "After"})
    assert problem(response) == (403, "AUTH_006")
    await session.refresh(user)
    assert user.full_name == "Before"


UNSAFE = [
    (method, route)
    for route in app.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
    if method not in ("GET", "HEAD", "OPTIONS")
]


@pytest.mark.parametrize(("method", "route"), UNSAFE, ids=lambda each: getattr(each, "name", each))
async def test_we01_route_ignores_cookies_from_other_sites(
    client: AsyncClient, session: AsyncSession, method: str, route: APIRoute
) -> None:
    """With a superuser's cookie, every route either checks the origin or ignores the cookie."""
    user, bearer = await signed_in_user(session, is_superuser=True)
    headers = as_cookie(bearer) | browser_headers("cross-site", EVIL)
    path = route.path.format(id=user.id, user_id=user.id, email=user.email, **parameters())
    by_cookie = await client.request(method, path, headers=headers)
    anonymous = await client.request(method, path, headers=browser_headers("cross-site", EVIL))
    assert by_cookie.status_code in (403, anonymous.status_code)
    assert by_cookie.status_code != 200 or route.name == "recover_password"


async def test_we01_reading_by_cookie_needs_no_origin(client: AsyncClient, session: AsyncSession) -> None:
    _, bearer = await signed_in_user(session)
    headers = as_cookie(bearer) | browser_headers("cross-site", EVIL)
    assert (await client.get(ME, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/json", "a/b"],
)
async def test_we02_json_routes_accept_json_only(
    client: AsyncClient, session: AsyncSession, content_type: str | None
) -> None:
    _, headers = await signed_in_user(session)
    if content_type is not None:
        headers |= {"Content-Type": content_type}
    response = await client.patch(ME, headers=headers, content=b'{"full_name": "a"}')
    assert problem(response)[0] in (400, 415, 422)
    assert (await client.get(ME, headers=headers)).json()["full_name"] is None


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/a+json"])
async def test_we02_all_json_content_types_are_accepted(
    client: AsyncClient, session: AsyncSession, content_type: str
) -> None:
    _, headers = await signed_in_user(session)
    headers |= {"Content-Type": content_type}
    assert (await client.patch(ME, headers=headers, content=b'{"full_name": "a"}')).status_code == 200
    assert (await client.patch(ME, headers=headers, content=rb'{"full_name": "\u0000"}')).status_code == 422


def test_we03_reading_routes_have_no_other_method() -> None:
    reading = [route for route in app.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())]
    assert len(reading) >= 6
    for route in reading:
        assert route.methods == {"GET"}, route.name


OTHER = "https://other.example"


@pytest.fixture
async def shared(session: AsyncSession) -> Any:
    """A client of an application that allows another origin."""
    named = Settings(_env_file=None, BACKEND_CORS_ORIGINS=[f"{OTHER}/"])
    async with AsyncClient(transport=ASGITransport(create_app(named)), base_url=BASE_URL) as client:
        yield client


@pytest.mark.parametrize("origin", [BASE_URL, OTHER])
async def test_we04_allowed_origin_can_read_with_credentials(shared: AsyncClient, origin: str) -> None:
    response = await shared.get(ME, headers={"Origin": origin})
    assert response.headers["access-control-allow-origin"] == origin
    assert response.headers["access-control-allow-credentials"] == "true"
    assert "origin" in response.headers["vary"].lower()


@pytest.mark.parametrize(
    "origin",
    [EVIL, "null", f"{OTHER}.evil.example", "http://other.example", f"{OTHER}:8443", "https://OTHER.example", "*"],
)
async def test_we04_other_origins_are_not_reflected(shared: AsyncClient, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        response = await shared.request(method, ME, headers=headers)
        assert "access-control-allow-origin" not in response.headers


async def test_we04_preflight_lists_methods_and_headers(shared: AsyncClient) -> None:
    headers = {
        "Origin": OTHER,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    response = await shared.options("/api/v1/users/me", headers=headers)
    assert response.status_code == 200
    assert "PATCH" in response.headers["access-control-allow-methods"]
    assert "authorization" in response.headers["access-control-allow-headers"].lower()


async def test_we04_allowed_origin_can_write_by_cookie(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.env` documents this for BACKEND_CORS_ORIGINS."""
    monkeypatch.setattr(settings, "BACKEND_CORS_ORIGINS", [OTHER])
    _, bearer = await signed_in_user(session)
    headers = as_cookie(bearer) | browser_headers("same-site", OTHER)
    assert (await client.patch(ME, headers=headers, json={"full_name": "a"})).status_code == 200


async def test_we04_allowed_origin_can_read_errors(shared: AsyncClient) -> None:
    for path in (ME, "/api/v1/unknown", "/api/v1/users/signup", f"{ME}?q=%00"):
        response = await shared.get(path, headers={"Origin": OTHER})
        assert response.is_error
        assert response.headers.get("access-control-allow-origin") == OTHER, path


async def test_se14_bearer_wins_over_the_cookie(client: AsyncClient, session: AsyncSession) -> None:
    _, cookie_of = await signed_in_user(session)
    user, bearer = await signed_in_user(session)
    response = await client.get("/api/v1/users/me", headers=bearer | as_cookie(cookie_of))
    assert response.json()["id"] == str(user.id)


@pytest.mark.parametrize("values", [["Bearer nonsense"], ["Bearer"], ["bearer "], ["Basic YTpi", "Bearer x"]])
async def test_se14_cookie_does_not_rescue_a_bad_token(
    client: AsyncClient, session: AsyncSession, values: list[str]
) -> None:
    _, bearer = await signed_in_user(session)
    headers = [*as_cookie(bearer).items(), *(("Authorization", value) for value in values)]
    assert problem(await client.get(ME, headers=headers)) == (401, "AUTH_001")


@pytest.mark.parametrize("value", ["Basic YTpi", "", "Digest username=a", "Bearerx y", "Negotiate"])
async def test_se14_other_scheme_does_not_replace_the_cookie(
    client: AsyncClient, session: AsyncSession, value: str
) -> None:
    user, bearer = await signed_in_user(session)
    headers = as_cookie(bearer) | {"Authorization": value}
    assert (await client.get(ME, headers=headers)).json()["id"] == str(user.id)
    response = await client.patch(ME, headers=headers | browser_headers("cross-site", EVIL), json={"full_name": "a"})
    assert problem(response) == (403, "AUTH_006")
    own = headers | browser_headers("same-origin", None)
    assert (await client.patch(ME, headers=own, json={"full_name": "a"})).status_code == 200


async def test_se14_second_scheme_can_be_the_bearer(client: AsyncClient, session: AsyncSession) -> None:
    _, other = await signed_in_user(session)
    user, bearer = await signed_in_user(session)
    headers = [*as_cookie(other).items(), ("Authorization", "Basic YTpi"), *bearer.items()]
    assert (await client.get(ME, headers=headers)).json()["id"] == str(user.id)


async def test_se14_two_bearer_tokens_are_refused(client: AsyncClient, session: AsyncSession) -> None:
    _, bearer = await signed_in_user(session)
    headers = [*bearer.items(), *bearer.items()]
    assert problem(await client.get(ME, headers=headers)) == (401, "AUTH_001")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
async def test_se15_bearer_scheme_is_case_insensitive(client: AsyncClient, session: AsyncSession, scheme: str) -> None:
    _, bearer = await signed_in_user(session)
    value = bearer["Authorization"].replace("Bearer", scheme)
    assert (await client.get("/api/v1/users/me", headers={"Authorization": value})).status_code == 200


@pytest.mark.parametrize("name", ["access_token", "token", "session", "authorization"])
async def test_se15_token_in_the_query_is_ignored(client: AsyncClient, session: AsyncSession, name: str) -> None:
    _, bearer = await signed_in_user(session)
    token = bearer["Authorization"].removeprefix("Bearer ")
    assert problem(await client.get("/api/v1/users/me", params={name: token})) == (401, "AUTH_001")


async def test_se14_session_does_not_rescue_a_wrong_password(client: AsyncClient, session: AsyncSession) -> None:
    user, bearer = await signed_in_user(session)
    body = {"email": user.email, "password": PASSWORD.upper()}
    headers = as_cookie(bearer) | browser_headers("same-origin", BASE_URL)
    assert problem(await client.post(LOGIN, headers=headers, json=body)) == (400, "AUTH_003")
