"""No input may cause a 5xx, and what is refused changes nothing (IP-01..09)."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.items.models import Item
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.items.factories import create_item

ITEMS = "/api/v1/items/"
TOKEN = "/api/v1/login/access-token"
JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024
BOM = b"\xef\xbb\xbf"


@pytest.fixture
async def headers(session: AsyncSession) -> Headers:
    return (await signed_in_superuser(session))[1]


async def post_json(client: AsyncClient, headers: Headers, body: bytes) -> Response:
    return await client.post(ITEMS, headers=headers | JSON, content=body)


async def assert_refused(session: AsyncSession, response: Response, *statuses: int) -> None:
    assert problem(response)[0] in statuses, response.text
    assert (await session.exec(select(Item))).all() == []


NUL_BODIES = [
    rb'{"title": "a\u0000b"}',
    b'{"title": "a\0b"}',
    rb'{"title": "a", "description": "\u0000"}',
    rb'{"title": "a", "ignored": [{"deep": "\u0000"}]}',
    rb'{"title": "a", "\u0000": 1}',
    BOM + rb'{"title": "a\u0000b"}',
]


@pytest.mark.parametrize("body", NUL_BODIES)
async def test_ip01_nul_in_json_is_refused(
    client: AsyncClient, session: AsyncSession, headers: Headers, body: bytes
) -> None:
    await assert_refused(session, await post_json(client, headers, body), 400, 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{ITEMS}?q=a%00b"),
        ("GET", f"{ITEMS}?sort=%00"),
        ("GET", f"{ITEMS}?cursor=%00"),
        ("GET", f"{ITEMS}?ignored=%00"),
        ("GET", f"{ITEMS}?%00=1"),
        ("GET", f"{ITEMS}%00"),
        ("GET", "/api/v1/users/?q=%00"),
        ("POST", "/api/v1/password-recovery/a%00b@example.com"),
        ("POST", "/api/v1/password-recovery-html-content/%00"),
        ("POST", "/api/v1/utils/test-email/?email_to=a%00@example.com"),
    ],
)
async def test_ip01_nul_in_an_address_is_refused(client: AsyncClient, headers: Headers, method: str, path: str) -> None:
    response = await client.request(method, path, headers=headers)
    assert problem(response)[0] in (400, 404, 422)


@pytest.mark.parametrize(
    "form", [b"username=a%00b&password=x", b"username=a&password=%00", b"username=a&password=x\0", b"%00=1"]
)
async def test_ip01_nul_in_a_form_is_refused(client: AsyncClient, form: bytes) -> None:
    content_type = {"Content-Type": "application/x-www-form-urlencoded"}
    assert problem(await client.post(TOKEN, headers=content_type, content=form))[0] in (400, 422)


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-16", "undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13"]
)
async def test_ip01_multipart_form_of_any_charset_is_no_server_error(client: AsyncClient, charset: str) -> None:
    parts = [("username", b"a\0b\\ud800\xff@example.com"), ("password", b"\0\\ud800\xff" + b"x" * 99)]
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts
    )
    content_type = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
    response = await client.post(TOKEN, headers=content_type, content=body + b"--b--\r\n")
    assert problem(response)[0] in (400, 422)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(
    "template", ['{"title": %s}', '{"title": "a", "ignored": [%s]}', '\ufeff{"title": "a", "x": %s}']
)
async def test_ip02_nan_and_infinity_are_refused(
    client: AsyncClient, session: AsyncSession, headers: Headers, template: str, constant: str
) -> None:
    await assert_refused(session, await post_json(client, headers, (template % constant).encode()), 400, 422)


async def test_ip02_words_nan_and_infinity_are_text(client: AsyncClient, headers: Headers) -> None:
    response = await post_json(client, headers, b'{"title": "NaN, Infinity and -Infinity"}')
    assert response.json()["title"] == "NaN, Infinity and -Infinity"


@pytest.mark.parametrize(
    "body",
    [
        rb'{"title": "\ud800"}',
        rb'{"title": "\udc00"}',
        rb'{"title": "a\ud83eb"}',
        rb'{"title": "\udd89\ud83e"}',
        rb'{"title": "a", "ignored": ["\ud800"]}',
        rb'{"title": "a", "\ud800": 1}',
        b'{"title": "\xed\xa0\x80"}',
        BOM + rb'{"title": "\ud800"}',
        BOM + rb'{"title": "a", "description": "\ud800"}',
    ],
)
async def test_ip03_lone_surrogates_are_refused(
    client: AsyncClient, session: AsyncSession, headers: Headers, body: bytes
) -> None:
    await assert_refused(session, await post_json(client, headers, body), 400, 422)


@pytest.mark.parametrize("path", [f"{ITEMS}?q=%ED%A0%80", f"{ITEMS}?q=%FF", f"{ITEMS}%FF", f"{ITEMS}?q=%C0%80"])
async def test_ip03_addresses_that_are_not_utf8_are_refused(client: AsyncClient, headers: Headers, path: str) -> None:
    assert problem(await client.get(path, headers=headers))[0] in (400, 404, 422)


async def test_ip03_pair_of_surrogates_is_one_character(client: AsyncClient, headers: Headers) -> None:
    assert (await post_json(client, headers, rb'{"title": "\ud83e\udd89"}')).json()["title"] == "🦉"


BROKEN = {
    "empty": b"",
    "spaces": b"  ",
    "open": b'{"title": "a"',
    "single quotes": b"{'title': 'a'}",
    "comma": b'{"title": "a",}',
    "two documents": b'{"title": "a"}{}',
    "comment": b'{"title": "a"} // hello',
    "list": b'[{"title": "a"}]',
    "string": b'"a"',
    "number": b"1",
    "null": b"null",
    "boolean": b"true",
    "not UTF-8": b'{"title": "\xff"}',
    "overlong": b'{"title": "\xc0\x80"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "UTF-16 without mark": '{"title": "a"}'.encode("utf-16-le"),
    "UTF-32": '{"title": "a"}'.encode("utf-32"),
    "gzip": gzip.compress(b'{"title": "a"}'),
    "deep list": b"[" * 200_000,
    "deep object": b'{"a":' * 100_000,
    "deep and escaped": b"[" * 200_000 + rb'"\u0041"',
    "deep and closed": b'{"title": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "huge integer": b'{"title": ' + b"9" * 100_000 + b"}",
    "huge ignored integer": b'{"title": "a", "ignored": ' + b"9" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_ip06_broken_json_is_refused(
    client: AsyncClient, session: AsyncSession, headers: Headers, body: bytes
) -> None:
    await assert_refused(session, await post_json(client, headers, body), 400, 422)


async def test_ip06_broken_json_is_an_error_of_the_body(client: AsyncClient, headers: Headers) -> None:
    assert fields(await post_json(client, headers, b'{"title": "a",}')) == ["body"]


async def test_ip06_deeply_nested_but_ignored_value_is_no_server_error(client: AsyncClient, headers: Headers) -> None:
    nested = b"[" * 900 + rb'"\u0041"' + b"]" * 900
    response = await post_json(client, headers, b'{"title": "a", "ignored": ' + nested + b"}")
    assert response.status_code in (200, 400, 422)


WRONG_VALUES: list[Any] = [True, 1, -1, 1.5, 2**63, 10**30, [], ["a"], {}, {"title": "a"}]


@pytest.mark.parametrize("value", WRONG_VALUES)
@pytest.mark.parametrize("field", ["title", "description"])
async def test_ip06_wrong_types_are_refused(
    client: AsyncClient, session: AsyncSession, headers: Headers, field: str, value: Any
) -> None:
    response = await client.post(ITEMS, headers=headers, json={"title": "a", field: value})
    await assert_refused(session, response, 422)
    assert fields(response) == [field]


@pytest.mark.parametrize(
    "id", ["1", "true", "null", "0" * 31, "g" * 32, "..", "%2e%2e", "%2F", "'; drop table items; --", "💥", "x" * 5000]
)
async def test_ip06_odd_ids_are_refused(client: AsyncClient, headers: Headers, id: str) -> None:
    assert problem(await client.get(f"{ITEMS}{id}", headers=headers))[0] in (404, 405, 422)


TEXTS = [
    "🦉 astral \U0010ffff",
    "שלום עולם",
    "\u202eright to left\u202c",
    "e\u0301 is not é",
    "ﬁ is not fi",
    "\u200d\u200b\ufeff",
    " \t around \n ",
    "a\rb\x01\x7f\x85",
    "\ufffd\ufffe\uffff",
    "<script>alert('1')</script> & \"quotes\" \\ %s {0} ${x}",
    "🦉" * 255,
]


@pytest.mark.parametrize("text", TEXTS)
async def test_ip07_text_is_stored_exactly(client: AsyncClient, headers: Headers, text: str) -> None:
    created = (await client.post(ITEMS, headers=headers, json={"title": text, "description": text})).json()
    read = (await client.get(f"{ITEMS}{created['id']}", headers=headers)).json()
    [listed] = (await client.get(ITEMS, headers=headers, params={"sort": "title"})).json()["data"]
    assert [(item["title"], item["description"]) for item in (created, read, listed)] == [(text, text)] * 3


async def test_ip07_full_name_is_stored_exactly(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    for text in TEXTS:
        changed = await client.patch("/api/v1/users/me", headers=headers, json={"full_name": text})
        assert changed.json()["full_name"] == text


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    """A body without Content-Length, which is sent in chunks."""
    for _ in range(0, size, 64 * 1024):
        yield b" " * 64 * 1024
    yield b'{"title": "a"}'


async def test_ip09_body_over_the_cap_is_refused(client: AsyncClient, session: AsyncSession, headers: Headers) -> None:
    response = await post_json(client, headers, b'{"title": "a"}' + b" " * MIB)
    assert problem(response) == (413, "BODY_001")
    await assert_refused(session, response, 413)


async def test_ip09_body_over_the_cap_is_refused_without_content_length(
    client: AsyncClient, session: AsyncSession, headers: Headers
) -> None:
    response = await client.post(ITEMS, headers=headers | JSON, content=in_pieces(MIB))
    assert "content-length" not in response.request.headers
    assert problem(response) == (413, "BODY_001")
    await assert_refused(session, response, 413)


@pytest.mark.parametrize("path", [TOKEN, "/api/v1/users/signup", "/api/v1/unknown"])
async def test_ip09_cap_needs_no_session_and_no_route(client: AsyncClient, path: str) -> None:
    response = await client.post(path, headers=JSON, content=in_pieces(MIB))
    assert problem(response) == (413, "BODY_001")


async def test_ip09_body_at_the_cap_is_read(client: AsyncClient, headers: Headers) -> None:
    document = b'{"title": "a"}'
    assert (await post_json(client, headers, document + b" " * (MIB - len(document)))).status_code == 200


async def test_ip09_chunked_body_is_read(client: AsyncClient, headers: Headers) -> None:
    response = await client.post(ITEMS, headers=headers | JSON, content=in_pieces(MIB // 2))
    assert (response.status_code, response.json()["title"]) == (200, "a")


async def test_ip09_compressed_body_is_not_unpacked(
    client: AsyncClient, session: AsyncSession, headers: Headers
) -> None:
    bomb = gzip.compress(b'{"title": "a"}' + b" " * 50 * MIB)
    response = await client.post(ITEMS, headers=headers | JSON | {"Content-Encoding": "gzip"}, content=bomb)
    await assert_refused(session, response, 400, 415, 422)


@pytest.mark.parametrize("body", [rb'{"title": "\u0000"}', b'{"title": null}', b'{"title": NaN}', b"{", b"[" * 200_000])
async def test_refused_update_leaves_the_item_as_it_was(
    client: AsyncClient, session: AsyncSession, body: bytes
) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id, title="Before")
    response = await client.put(f"{ITEMS}{item.id}", headers=headers | JSON, content=body)
    assert problem(response)[0] in (400, 422)
    await session.refresh(item)
    assert item.title == "Before"
