"""The floor returns and refuses exactly what the application does. Otherwise it would not be comparable."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx2
import psycopg
import pytest
from httpx2 import ASGITransport, AsyncClient

from app.core.clock import utc_now
from app.core.database import session as db
from app.core.security.signed_tokens import ACCESS, TokenKind, decode_token, encode_token
from benchmarks import floor
from benchmarks.endpoints import NAMES, Endpoint, Request, deep_page, make_endpoints
from benchmarks.seed import Seeded, seed
from tests.fixtures import BASE_URL

UNKNOWN = "0198c5b6-0000-7000-8000-000000000000"
DEPTH = 300


@dataclass
class Both:
    app: AsyncClient
    floor: AsyncClient
    seeded: Seeded
    endpoints: dict[str, Endpoint]

    async def send(self, request: Request) -> tuple[httpx2.Response, httpx2.Response]:
        """Send the request to both. Returns the response of the application and that of the floor."""
        app, floor = [
            await each.request(request.method, request.path, headers=request.headers, content=request.body)
            for each in (self.app, self.floor)
        ]
        return app, floor


@pytest.fixture
async def both(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    url = db.WriteSession.kw["bind"].url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    seeded = await seed(url, users=12, items_each=30)
    first = deep_page(seeded, depth=DEPTH)
    page = (await live.get(first.path, headers=first.headers)).json()
    endpoints = make_endpoints(seeded, cursor=page["pagination"]["next_cursor"], depth=DEPTH)
    floor_app = floor.create_app()
    floor_client = AsyncClient(transport=ASGITransport(floor_app), base_url=BASE_URL)
    async with floor_app.router.lifespan_context(floor_app), floor_client:
        yield Both(live, floor_client, seeded, endpoints)


@pytest.mark.parametrize("name", NAMES)
async def test_floor_returns_the_same_bytes(both: Both, name: str) -> None:
    endpoint = both.endpoints[name]
    for request in endpoint.requests:
        app, floor = await both.send(request)
        assert (app.status_code, floor.status_code) == (200, 200), app.text
        assert endpoint.comparable(floor.content) == endpoint.comparable(app.content)
        assert floor.headers["content-type"] == app.headers["content-type"]


@pytest.mark.parametrize(
    "query", ["skip=350&limit=20", "skip=1000", "skip=355&limit=5", "limit=1&sort=-created_at", ""]
)
async def test_floor_pages_like_the_application(both: Both, query: str) -> None:
    for token in (both.seeded.user_token, both.seeded.superuser_token):
        app, floor = await both.send(_get(f"items/?{query}", token))
        assert app.status_code == 200
        assert floor.content == app.content


async def test_cursor_pages_cover_all_items_of_both(both: Both) -> None:
    path = "items/?limit=7"
    for _ in range(5):
        app, floor = await both.send(_get(path, both.seeded.user_token))
        assert floor.content == app.content
        path = f"items/?limit=7&cursor={app.json()['pagination']['next_cursor']}"
    assert not app.json()["pagination"]["has_next"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "skip=-1", "skip=1000001", "cursor=abc", "sort=id"]
)
async def test_floor_refuses_the_same_parameters(both: Both, query: str) -> None:
    app, floor = await both.send(_get(f"items/?{query}", both.seeded.user_token))
    assert app.status_code == floor.status_code == 422


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", "{}", '{"title": ""}', '{"title": 1}', '{"title": "a", "description": 1}', '{"title": null}'],
)
async def test_floor_refuses_the_same_items(both: Both, body: str) -> None:
    request = replace(both.endpoints["create_item"].requests[0], body=body)
    app, floor = await both.send(request)
    assert app.status_code == floor.status_code == 422


async def test_floor_refuses_items_that_are_too_long(both: Both) -> None:
    for body in (f'{{"title": "{"a" * 256}"}}', f'{{"title": "a", "description": "{"a" * 256}"}}'):
        app, floor = await both.send(replace(both.endpoints["create_item"].requests[0], body=body))
        assert app.status_code == floor.status_code == 422


async def test_floor_refuses_the_same_tokens(both: Both) -> None:
    good = both.seeded.user_token
    claims = decode_token(ACCESS, good)
    later = utc_now() + timedelta(hours=1)
    tokens = [
        good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"),
        encode_token(ACCESS, claims | {"exp": utc_now() - timedelta(seconds=1)}, later),
        encode_token(ACCESS, claims | {"iss": "https://elsewhere.example.com"}, later),
        encode_token(ACCESS, claims | {"sid": UNKNOWN}, later),
        encode_token(ACCESS, claims | {"sid": "x"}, later),
        encode_token(TokenKind(type="other+jwt", audience="api"), claims | {"aud": "api"}, later),
        encode_token(ACCESS, claims | {"aud": "elsewhere"}, later),
        "",
        "x.y.z",
    ]
    for token in tokens:
        for path in ("users/me", "items/", f"items/{both.seeded.item_ids[0]}", "users/"):
            app, floor = await both.send(_get(path, token))
            assert (app.status_code, floor.status_code) == (401, 401), f"{token} at {path}"
    for path in ("users/me", "items/"):
        app, floor = await both.send(Request("GET", f"/api/v1/{path}"))
        assert app.status_code == floor.status_code == 401
    app, floor = await both.send(replace(both.endpoints["create_item"].requests[0], headers={}))
    assert app.status_code == floor.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        "delete from user_sessions",
        "update user_sessions set expires_at = now() - interval '1 second'",
        "update users set is_active = false",
    ],
)
async def test_floor_notices_lost_access_immediately(both: Both, change: str) -> None:
    paths = ("users/me", "items/", f"items/{both.seeded.item_ids[0]}")
    for path in paths:  # from here on, both have cached the tokens
        assert [each.status_code for each in await both.send(_get(path, both.seeded.user_token))] == [200, 200]
    _change(change)
    for path in paths:
        assert [each.status_code for each in await both.send(_get(path, both.seeded.user_token))] == [401, 401]
    responses = await both.send(both.endpoints["create_item"].requests[0])
    assert [each.status_code for each in responses] == [401, 401]


async def test_floor_separates_users(both: Both) -> None:
    app, floor = await both.send(_get("items/?limit=1", both.seeded.superuser_token))
    foreign = [item["id"] for item in app.json()["data"] if item["id"] not in both.seeded.item_ids]
    assert foreign, "the newest item belongs to the user, but the test needs one of another user: change the seed"
    for item_id in (*foreign, UNKNOWN):
        app, floor = await both.send(_get(f"items/{item_id}", both.seeded.user_token))
        assert app.status_code == floor.status_code == 404
    app, floor = await both.send(_get(f"items/{foreign[0]}", both.seeded.superuser_token))
    assert floor.content == app.content
    app, floor = await both.send(_get("users/", both.seeded.user_token))
    assert app.status_code == floor.status_code == 403


async def test_floor_refuses_wrong_passwords(both: Both) -> None:
    login = both.endpoints["login"].requests[0]
    for body in (login.body + "x", login.body.replace("user-", "nobody-")):
        app, floor = await both.send(replace(login, body=body))
        assert app.status_code == floor.status_code == 400
    _change("update users set is_active = false")
    app, floor = await both.send(login)
    assert app.status_code == floor.status_code == 400


async def test_token_of_the_floor_works_in_the_application(both: Both) -> None:
    _, floor = await both.send(both.endpoints["login"].requests[0])
    app, again = await both.send(_get("users/me", floor.json()["access_token"]))
    assert app.status_code == 200
    assert again.content == app.content


def _get(path: str, token: str) -> Request:
    return Request("GET", f"/api/v1/{path}", {"Authorization": f"Bearer {token}"})


def _change(statement: str) -> None:
    """Run the statement on the database of this test, which the fixture has set."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(statement.encode())
