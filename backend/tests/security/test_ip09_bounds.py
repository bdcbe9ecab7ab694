"""Bodies, forms, URLs and headers are limited before any work is done on them (IP-09)."""

import gzip
import json
import uuid
from collections.abc import AsyncIterator

import pytest
from httpx2 import URL, AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import addresses
from app.users.models import User
from tests.auth.factories import Headers
from tests.core.answers import problem
from tests.fixtures import BASE_URL
from tests.security.test_ip_input import JSON, ME, TOKEN, USERS, assert_refused, headers, send_json, signed_in, user

__all__ = ["headers", "signed_in", "user"]  # fixtures
KIB = 1024
CAP = 64 * KIB


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    """Send the body in chunks, without Content-Length."""
    for _ in range(0, size, 4 * KIB):
        yield b" " * 4 * KIB
    yield b'{"full_name": "a"}'


async def test_ip09_body_over_the_cap_is_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers
) -> None:
    response = await send_json(client, headers, b'{"full_name": "a"}' + b" " * CAP)
    assert problem(response) == (413, "BODY_001")
    await assert_refused(session, user, response, 413)


async def test_ip09_chunked_body_over_the_cap_is_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers
) -> None:
    response = await client.patch(ME, headers=headers | JSON, content=in_chunks(CAP))
    assert "content-length" not in response.request.headers
    assert problem(response) == (413, "BODY_001")
    await assert_refused(session, user, response, 413)


@pytest.mark.parametrize("path", [TOKEN, "/api/v1/users/signup"])
async def test_ip09_cap_needs_no_session(client: AsyncClient, path: str) -> None:
    response = await client.post(path, headers=JSON, content=in_chunks(CAP))
    assert problem(response) == (413, "BODY_001")


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "application/json", "text/plain"])
async def test_ip09_large_body_needs_the_expected_type(client: AsyncClient, headers: Headers, media_type: str) -> None:
    """The route for pictures takes 2 MiB, and decoding a form of that size would block all other requests."""
    sent = headers | {"Content-Type": media_type}
    response = await client.put(f"{ME}/avatar", headers=sent, content=b"%41" * (CAP // 3 + 1))
    assert problem(response) == (413, "BODY_001")


async def test_ip09_long_content_type_is_refused(client: AsyncClient, headers: Headers) -> None:
    sent = headers | {"Content-Type": "application/json" + ";" * 1_000}
    assert problem(await client.patch(ME, headers=sent, content=b"{}")) == (400, "REQ_001")


async def test_ip09_body_at_the_cap_is_accepted(client: AsyncClient, headers: Headers) -> None:
    document = b'{"full_name": "a"}'
    assert (await send_json(client, headers, document + b" " * (CAP - len(document)))).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/unknown"), ("PUT", "/api/v1/users/signup"), ("POST", "/x")]
)
async def test_ip09_body_is_not_read_without_a_route(client: AsyncClient, method: str, path: str) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("The body was read")
        yield b""

    response = await client.request(method, path, headers=JSON, content=never())
    assert problem(response)[0] in (404, 405)


@pytest.mark.parametrize("length", [8 * KIB, 60_000])
async def test_ip09_long_url_is_refused(client: AsyncClient, headers: Headers, length: int) -> None:
    for target in (b"/api/v1/users/me?q=" + b"%41" * (length // 3), b"/api/v1/" + b"a" * length):
        url = URL(BASE_URL).copy_with(raw_path=target)
        assert problem(await client.get(url, headers=headers)) == (400, "REQ_001")


@pytest.mark.parametrize("extra", [{"X-A": "a" * 70_000}, {f"X-{n}": "a" for n in range(100)}])
async def test_ip09_large_headers_are_refused(client: AsyncClient, headers: Headers, extra: Headers) -> None:
    assert problem(await client.get(ME, headers=headers | extra)) == (431, "REQ_001")


def longest(count: int) -> str:
    """Text of this many characters that takes the most bytes in JSON: twelve for each."""
    return "🦉" * count


async def test_ip09_longest_valid_bodies_fit(client: AsyncClient, headers: Headers) -> None:
    user = {"email": "a@example.com", "password": longest(128), "full_name": longest(255)}
    assert (await send_json(client, headers, json.dumps({"full_name": longest(255)}).encode())).status_code == 200
    assert (await client.post(USERS, headers=headers | JSON, content=json.dumps(user))).status_code == 200
    escaped = "".join(f"\\u{ord(char):04x}" for char in str(uuid.uuid4()))
    ids = b'{"ids": [' + b", ".join(f'"{escaped}"'.encode() for _ in range(100)) + b"]}"
    assert (await client.post(f"{USERS}bulk-delete", headers=headers | JSON, content=ids)).status_code == 200


FORMS = {
    "fields": (b"&a=b" * 200, "Too many fields"),
    "field": (b"&a=" + b"b" * 20_000, "maximum size"),
    "name": (b"&" + b"b" * 20_000 + b"=", "maximum size"),
}


@pytest.mark.parametrize(("form", "detail"), FORMS.values(), ids=FORMS.keys())
async def test_ip09_form_fields_are_limited(client: AsyncClient, form: bytes, detail: str) -> None:
    content_type = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await client.post(TOKEN, headers=content_type, content=b"username=a&password=b" + form)
    assert problem(response) == (400, "REQ_001")
    assert detail in response.json()["detail"]


PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
PARTS = {
    "fields": PART % (b"a", b"", b"b") * 200,
    "field": PART % (b"a", b"", b"b" * 20_000),
    "files": PART % (b"a", b'; filename="a"', b"b") * 20,
    "headers": b"--b\r\nX: " + b"a" * 20_000 + b"\r\n\r\n\r\n",
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS.keys())
async def test_ip09_multipart_fields_are_limited(client: AsyncClient, parts: bytes) -> None:
    content_type = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await client.post(TOKEN, headers=content_type, content=parts + b"--b--\r\n")
    assert problem(response) == (400, "REQ_001")


async def test_ip09_long_user_name_is_not_examined(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "validate_email", None)
    form = {"username": "a" * 10_000 + "@example.com", "password": "x"}
    assert problem(await client.post(TOKEN, data=form)) == (400, "AUTH_003")


async def test_ip09_chunked_body_is_accepted(client: AsyncClient, headers: Headers) -> None:
    response = await client.patch(ME, headers=headers | JSON, content=in_chunks(CAP // 2))
    assert (response.status_code, response.json()["full_name"]) == (200, "a")


async def test_ip09_compressed_body_is_not_decompressed(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers
) -> None:
    bomb = gzip.compress(b'{"full_name": "a"}' + b" " * 50 * KIB * KIB)
    response = await client.patch(ME, headers=headers | JSON | {"Content-Encoding": "gzip"}, content=bomb)
    await assert_refused(session, user, response, 400, 415, 422)
