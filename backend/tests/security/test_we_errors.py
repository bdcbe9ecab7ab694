"""Every error has the same JSON shape and affects no other request (WE-09, WE-11, WE-12, WE-14)."""

import asyncio
import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import literal_column, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.database.statements import Statement
from app.core.errors import ErrorCode
from app.main import app, create_app
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.fixtures import BASE_URL
from tests.security.conftest import Serve

API = "/api/v1"
SECRET = "secret-31415"
HTML = {"Accept": "text/html,application/xhtml+xml"}


class Fault(Exception):
    """Raised on purpose."""


@pytest.fixture
def faulty() -> FastAPI:
    """The application with routes that fail."""
    app = create_app()

    async def fail() -> None:
        raise Fault(SECRET)

    async def break_group() -> None:
        raise ExceptionGroup(SECRET, [Fault(SECRET)])

    async def query(session: db.AutocommitDep) -> None:
        await session.all(Statement(select(literal_column("secret_31415")).select_from(text("nowhere"))))

    for endpoint in (fail, break_group, query):
        app.router.add_api_route(f"{API}/{endpoint.__name__}", endpoint, methods=["GET", "POST"])
    return app


def assert_problem(response: Response, status: int, code: str) -> dict[str, Any]:
    assert problem(response) == (status, code), response.text
    body: dict[str, Any] = response.json()
    assert list(body) == ["type", "title", "status", "detail", "code", "errors", "request_id"]
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["code"] in list(ErrorCode)
    assert isinstance(body["detail"], str)
    assert body["request_id"] == response.headers["x-correlation-id"]
    for error in body["errors"]:
        assert list(error) == ["code", "message", "field"]
    return body


@pytest.mark.parametrize("path", ["fail", "break_group", "query"])
async def test_we11_unhandled_error_reveals_no_details(faulty: FastAPI, path: str) -> None:
    async with AsyncClient(transport=ASGITransport(faulty), base_url=BASE_URL) as client:
        response = await client.get(f"{API}/{path}", headers=HTML)
    assert_problem(response, 500, "INT_001")
    for leak in (SECRET, "secret_31415", "Fault", "Traceback", "SELECT", "psycopg", ".py"):
        assert leak not in response.text
    assert response.headers["cache-control"] == "no-store"


def connection(response: Response) -> Any:
    """Return what identifies the connection."""
    return response.extensions["network_stream"].get_extra_info("client_addr")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_we12_unhandled_error_leaves_the_connection_open(faulty: FastAPI, serve: Serve, method: str) -> None:
    body = {"a": "b"} if method == "POST" else None
    async with serve(faulty) as client:
        connections = set()
        for path in ("fail", "break_group", "fail"):
            failed = await client.request(method, f"{API}/{path}", json=body)
            good = await client.get(f"{API}/utils/health-check/")
            assert (failed.status_code, good.status_code) == (500, 200)
            connections |= {connection(failed), connection(good)}
    assert len(connections) == 1


@pytest.mark.parametrize("headers", [{}, HTML, {"Accept": "*/*"}], ids=["none", "html", "any"])
@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/unknown", "/api/v2/users/", "/api/v1/users", "/api/../x.js"],
)
async def test_we11_unknown_api_path_is_a_problem(client: AsyncClient, path: str, headers: dict[str, str]) -> None:
    assert_problem(await client.get(path, headers=headers), 404, "NOT_001")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{API}/users/", {"GET", "POST"}),
        ("PUT", f"{API}/users/01900000-0000-7000-8000-000000000000", {"GET", "PATCH", "DELETE"}),
        ("PUT", f"{API}/users/me", {"GET", "PATCH", "DELETE"}),
        ("GET", f"{API}/login/access-token", {"POST"}),
        ("POST", f"{API}/utils/health-check/", {"GET"}),
        ("TRACE", f"{API}/users/", {"GET", "POST"}),
    ],
)
async def test_we11_wrong_method_lists_the_allowed_ones(
    client: AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    response = await client.request(method, path)
    assert_problem(response, 405, "METH_001")
    assert set(re.split(r",\s*", response.headers["allow"])) >= allowed


async def test_we11_each_kind_of_error_has_its_code(client: AsyncClient, session: AsyncSession) -> None:
    superuser, admin = await signed_in_superuser(session)
    _, headers = await signed_in_user(session)
    users = f"{API}/users/"
    missing = "01900000-0000-7000-8000-000000000000"
    taken = {"email": superuser.email, "password": "correct horse battery"}
    assert_problem(await client.get(users), 401, "AUTH_001")
    assert_problem(await client.get(users, headers=headers), 403, "AUTH_002")
    assert_problem(await client.get(users + missing, headers=admin), 404, "NOT_001")
    assert_problem(await client.post(users, headers=admin, json=taken), 409, "DUP_001")
    assert_problem(
        await client.patch(f"{users}{superuser.id}", headers=admin, json={"is_active": False}), 409, "CONF_001"
    )
    assert_problem(await client.get(users, headers=admin, params={"limit": 0}), 422, "VAL_001")
    assert_problem(await client.post(users, headers=admin, content=b"x" * 2**16 + b"x"), 413, "BODY_001")
    assert_problem(await client.get(users, headers=admin | {"Host": "evil.example"}), 400, "REQ_001")


async def test_we14_forbidden_response_has_no_challenge(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.get(f"{API}/users/", headers=headers)
    assert "www-authenticate" not in response.headers


async def test_request_id_of_the_client_is_used(client: AsyncClient) -> None:
    response = await client.get(f"{API}/unknown", headers={"X-Correlation-ID": "abc-123.DEF_456"})
    assert assert_problem(response, 404, "NOT_001")["request_id"] == "abc-123.DEF_456"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g", "<script>alert(1)", "é" * 10, "abcdefgh\t", 'a;b=c,d"e']
)
async def test_malformed_request_id_is_replaced(client: AsyncClient, given: str) -> None:
    response = await client.get(f"{API}/unknown", headers=[(b"x-correlation-id", given.encode())])
    assert re.fullmatch("[0-9a-f]{32}", response.json()["request_id"])


async def test_each_request_has_a_unique_id(client: AsyncClient) -> None:
    responses = await asyncio.gather(*(client.get(f"{API}/unknown") for _ in range(10)))
    assert len({response.json()["request_id"] for response in responses}) == 10


async def raw(client: AsyncClient, request: bytes) -> bytes:
    """Send the bytes and return all that the server sends until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(request)
    writer.write_eof()
    response = await reader.read()
    writer.close()
    return response


HEAD = b"POST /api/v1/users/signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CONFLICTS = {
    "both": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "not a number": b"Content-Length: abc\r\n\r\n",
    "superscript": b"Content-Length: \xb2\r\n\r\n{}",
    "endless length": b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "bad chunk": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "folded": b"Content-Length:\r\n 2\r\n\r\n{}",
    "nul in header": b"X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("rest", CONFLICTS.values(), ids=CONFLICTS.keys())
async def test_we09_framing_conflict_is_refused(serve: Serve, rest: bytes) -> None:
    smuggled = b"GET /api/v1/utils/health-check/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with serve(app) as client:
        response = await raw(client, HEAD + rest + smuggled)
    assert response.startswith(b"HTTP/1.1 4"), response[:200]
    assert b"HTTP/1.1 2" not in response


@pytest.mark.parametrize("length", [2**16 + 1, 2**23])
@pytest.mark.parametrize("chunked", [True, False])
async def test_ip09_sender_of_a_large_body_gets_413(serve: Serve, length: int, chunked: bool) -> None:
    async def chunks() -> Any:
        for start in range(0, length, 2**16):
            yield b" " * min(2**16, length - start)

    headers = {"Content-Type": "application/json"}
    async with serve(app) as client:
        content = chunks() if chunked else b" " * length
        response = await client.post(f"{API}/private/users/", headers=headers, content=content)
    assert problem(response) == (413, "BODY_001")
    assert response.headers["connection"] == "close"
