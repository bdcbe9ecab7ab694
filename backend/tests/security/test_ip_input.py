"""No input causes a 5xx, and refused input changes nothing (IP-01..08)."""

import gzip
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem

ME = "/api/v1/users/me"
USERS = "/api/v1/users/"
TOKEN = "/api/v1/login/access-token"
JSON = {"Content-Type": "application/json"}
BOM = b"\xef\xbb\xbf"


@pytest.fixture
async def signed_in(session: AsyncSession) -> tuple[User, Headers]:
    return await signed_in_superuser(session)


@pytest.fixture
def user(signed_in: tuple[User, Headers]) -> User:
    return signed_in[0]


@pytest.fixture
def headers(signed_in: tuple[User, Headers]) -> Headers:
    return signed_in[1]


async def send_json(client: AsyncClient, headers: Headers, body: bytes) -> Response:
    return await client.patch(ME, headers=headers | JSON, content=body)


async def assert_refused(session: AsyncSession, user: User, response: Response, *statuses: int) -> None:
    assert problem(response)[0] in statuses, response.text
    before = user.model_dump()
    await session.refresh(user)
    assert user.model_dump() == before


NUL_BODIES = [
    rb'{"full_name": "a\u0000b"}',
    b'{"full_name": "a\0b"}',
    rb'{"email": "ada@example.com", "full_name": "\u0000"}',
    rb'{"full_name": "a", "ignored": [{"deep": "\u0000"}]}',
    rb'{"full_name": "a", "\u0000": 1}',
    BOM + rb'{"full_name": "a\u0000b"}',
]


@pytest.mark.parametrize("body", NUL_BODIES)
async def test_ip01_nul_in_json_is_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers, body: bytes
) -> None:
    await assert_refused(session, user, await send_json(client, headers, body), 400, 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{USERS}?q=a%00b"),
        ("GET", f"{USERS}?sort=%00"),
        ("GET", f"{USERS}?cursor=%00"),
        ("GET", f"{USERS}?ignored=%00"),
        ("GET", f"{USERS}?%00=1"),
        ("GET", f"{USERS}%00"),
        ("POST", "/api/v1/password-recovery/a%00b@example.com"),
        ("POST", "/api/v1/password-recovery-html-content/%00"),
        ("POST", "/api/v1/utils/test-email/?email_to=a%00@example.com"),
    ],
)
async def test_ip01_nul_in_a_url_is_refused(client: AsyncClient, headers: Headers, method: str, path: str) -> None:
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
async def test_ip01_multipart_charset_causes_no_server_error(client: AsyncClient, charset: str) -> None:
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
    "template", ['{"full_name": %s}', '{"full_name": "a", "ignored": [%s]}', '\ufeff{"full_name": "a", "x": %s}']
)
async def test_ip02_nan_and_infinity_are_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers, template: str, constant: str
) -> None:
    await assert_refused(session, user, await send_json(client, headers, (template % constant).encode()), 400, 422)


async def test_ip02_nan_and_infinity_in_strings_are_accepted(client: AsyncClient, headers: Headers) -> None:
    response = await send_json(client, headers, b'{"full_name": "NaN, Infinity and -Infinity"}')
    assert response.json()["full_name"] == "NaN, Infinity and -Infinity"


@pytest.mark.parametrize(
    "body",
    [
        rb'{"full_name": "\ud800"}',
        rb'{"full_name": "\udc00"}',
        rb'{"full_name": "a\ud83eb"}',
        rb'{"full_name": "\udd89\ud83e"}',
        rb'{"full_name": "a", "ignored": ["\ud800"]}',
        rb'{"full_name": "a", "\ud800": 1}',
        b'{"full_name": "\xed\xa0\x80"}',
        BOM + rb'{"full_name": "\ud800"}',
        BOM + rb'{"email": "ada@example.com", "full_name": "\ud800"}',
    ],
)
async def test_ip03_lone_surrogates_are_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers, body: bytes
) -> None:
    await assert_refused(session, user, await send_json(client, headers, body), 400, 422)


@pytest.mark.parametrize("path", [f"{USERS}?q=%ED%A0%80", f"{USERS}?q=%FF", f"{USERS}%FF", f"{USERS}?q=%C0%80"])
async def test_ip03_url_that_is_not_utf8_is_refused(client: AsyncClient, headers: Headers, path: str) -> None:
    assert problem(await client.get(path, headers=headers))[0] in (400, 404, 422)


async def test_ip03_pair_of_surrogates_is_one_character(client: AsyncClient, headers: Headers) -> None:
    assert (await send_json(client, headers, rb'{"full_name": "\ud83e\udd89"}')).json()["full_name"] == "🦉"


BROKEN = {
    "empty": b"",
    "spaces": b"  ",
    "open": b'{"full_name": "a"',
    "single quotes": b"{'full_name': 'a'}",
    "comma": b'{"full_name": "a",}',
    "two documents": b'{"full_name": "a"}{}',
    "comment": b'{"full_name": "a"} // hello',
    "list": b'[{"full_name": "a"}]',
    "string": b'"a"',
    "number": b"1",
    "null": b"null",
    "boolean": b"true",
    "not UTF-8": b'{"full_name": "\xff"}',
    "overlong": b'{"full_name": "\xc0\x80"}',
    "UTF-16": '{"full_name": "a"}'.encode("utf-16"),
    "UTF-16 without mark": '{"full_name": "a"}'.encode("utf-16-le"),
    "UTF-32": '{"full_name": "a"}'.encode("utf-32"),
    "gzip": gzip.compress(b'{"full_name": "a"}'),
    "deep list": b"[" * 60_000,
    "deep object": b'{"a":' * 12_000,
    "deep and escaped": b"[" * 60_000 + rb'"\u0041"',
    "deep and closed": b'{"full_name": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "huge integer": b'{"full_name": ' + b"9" * 60_000 + b"}",
    "huge ignored integer": b'{"full_name": "a", "ignored": ' + b"9" * 60_000 + b"}",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_ip06_broken_json_is_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers, body: bytes
) -> None:
    await assert_refused(session, user, await send_json(client, headers, body), 400, 422)


async def test_ip06_broken_json_is_reported_on_body(client: AsyncClient, headers: Headers) -> None:
    assert fields(await send_json(client, headers, b'{"full_name": "a",}')) == ["body"]


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"a":' * 12_000, b"[" * 30_000 + rb'"\u0041"'])
async def test_ip06_deep_nesting_is_invalid(client: AsyncClient, headers: Headers, body: bytes) -> None:
    response = await send_json(client, headers, body)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["body"])


async def test_ip06_deep_nesting_causes_no_server_error(client: AsyncClient, headers: Headers) -> None:
    nested = b"[" * 900 + rb'"\u0041"' + b"]" * 900
    response = await send_json(client, headers, b'{"full_name": "a", "ignored": ' + nested + b"}")
    assert response.status_code in (200, 400, 422)


WRONG_VALUES: list[Any] = [True, 1, -1, 1.5, 2**63, 10**30, [], ["a"], {}, {"full_name": "a"}]


@pytest.mark.parametrize("value", WRONG_VALUES)
@pytest.mark.parametrize("field", ["full_name", "email"])
async def test_ip06_wrong_types_are_refused(
    client: AsyncClient, session: AsyncSession, user: User, headers: Headers, field: str, value: Any
) -> None:
    response = await client.patch(ME, headers=headers, json={"full_name": "a", field: value})
    await assert_refused(session, user, response, 422)
    assert fields(response) == [field]


@pytest.mark.parametrize(
    "id", ["1", "true", "null", "0" * 31, "g" * 32, "..", "%2e%2e", "%2F", "'; drop table users; --", "💥", "x" * 5000]
)
async def test_ip06_invalid_ids_are_refused(client: AsyncClient, headers: Headers, id: str) -> None:
    assert problem(await client.get(f"{USERS}{id}", headers=headers))[0] in (404, 405, 422)


TEXTS = [
    "🦉 astral \U0010ffff",
    "שלום עולם",
    "\u202eright to left\u202c",
    "e\u0301 is not é",
    "ﬁ is not fi",
    "a\u200d\u200b\ufeff",
    "  around  ",
    "\ufffd\ufffe\uffff",
    "<script>alert('1')</script> & \"quotes\" \\ %s {0} ${x}",
    "🦉" * 255,
]


@pytest.mark.parametrize("text", TEXTS)
async def test_ip07_text_is_stored_exactly(client: AsyncClient, headers: Headers, text: str) -> None:
    changed = (await client.patch(ME, headers=headers, json={"full_name": text})).json()
    read = (await client.get(f"{USERS}{changed['id']}", headers=headers)).json()
    [listed] = (await client.get(USERS, headers=headers, params={"sort": "full_name"})).json()["data"]
    assert [user["full_name"] for user in (changed, read, listed)] == [text] * 3


@pytest.mark.parametrize(
    "body", [rb'{"full_name": "\u0000"}', b'{"email": null}', b'{"full_name": NaN}', b"{", b"[" * 60_000]
)
async def test_refused_update_changes_nothing(
    client: AsyncClient, session: AsyncSession, headers: Headers, body: bytes
) -> None:
    other, _ = await signed_in_user(session, full_name="Before")
    response = await client.patch(f"{USERS}{other.id}", headers=headers | JSON, content=body)
    await assert_refused(session, other, response, 400, 422)
    assert other.full_name == "Before"
