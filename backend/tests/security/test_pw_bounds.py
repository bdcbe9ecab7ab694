"""Passwords and addresses are bounded before any work on them, and so is the queue for hashes (PW-19, PW-20, IP-15)."""

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import addresses
from app.core.errors import Invalid, TooManyRequests, Unavailable
from app.core.security import passwords
from app.core.security.passwords import USERS_HASHES, hash_password, verify_password
from app.main import app
from app.users import crud as users_crud
from app.users.config import UsersSettings
from tests.auth.factories import signed_in_superuser
from tests.core.answers import problem
from tests.core.callers import act_as
from tests.users.factories import PASSWORD, create_user, password_hash

API = "/api/v1"
TOKEN = f"{API}/login/access-token"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
SLOW = "a" + "\u0301" * 24_000 + "\u0323" * 24_000
"""96 KB whose normalization takes seconds: it sorts the marks."""
SLOW_IN_A_FORM = "a" + "\u0301" * 1_300 + "\u0323" * 1_300
"""As much as a field of a form can hold."""
LONG_ADDRESS = "a@" + "b" * 250 + ".example"


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that passwords were compared with."""
    stored: list[str] = []
    verify = passwords._hasher.verify_and_update

    def noted(password: Any, known: Any) -> tuple[bool, str | None]:
        stored.append(known)
        return verify(password, known)

    monkeypatch.setattr(passwords._hasher, "verify_and_update", noted)
    return stored


@pytest.mark.parametrize("is_multipart", [True, False])
async def test_pw19_long_password_is_wrong_without_work(
    client: AsyncClient, session: AsyncSession, verified: list[str], is_multipart: bool
) -> None:
    user = await create_user(session)
    form = {"username": user.email, "password": SLOW_IN_A_FORM}
    sent = {"files": {name: (None, text) for name, text in form.items()}} if is_multipart else {"data": form}
    started = time.thread_time()
    response = await client.post(TOKEN, **sent)
    assert problem(response) == (400, "AUTH_003")
    assert time.thread_time() - started < 2
    assert verified == [passwords._dummy_hash()]


async def test_pw19_huge_password_is_refused_unread(client: AsyncClient, verified: list[str]) -> None:
    response = await client.post(TOKEN, data={"username": "ada@example.com", "password": SLOW})
    assert problem(response) == (413, "BODY_001")
    assert verified == []


@pytest.mark.parametrize("password", [SLOW, "x" * 129])
async def test_pw19_long_password_takes_one_hash(verified: list[str], password: str) -> None:
    assert await verify_password(password, password_hash()) == (False, None)
    assert verified == [passwords._dummy_hash()]
    with pytest.raises(Invalid):
        await hash_password(password)


async def test_pw19_password_of_128_wide_characters_works() -> None:
    widest = "\ufdfa" * 128  # NFKC makes 18 characters of each
    assert await verify_password(widest, await hash_password(widest)) == (True, None)


async def test_pw19_unusable_hash_takes_one_hash_too(verified: list[str]) -> None:
    assert await verify_password(PASSWORD, "!") == (False, None)
    assert verified[-1] == passwords._dummy_hash()


def test_pw19_long_first_password_is_refused() -> None:
    with pytest.raises(ValueError, match="FIRST_SUPERUSER_PASSWORD is too long"):
        UsersSettings(FIRST_SUPERUSER_PASSWORD=SecretStr("aB3$" * 33))


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that reached the work of IDNA."""
    seen: list[str] = []
    monkeypatch.setattr(addresses, "validate_email", lambda address, **_: seen.append(address))
    return seen


@pytest.mark.parametrize("address", [LONG_ADDRESS, "a@" + "\u0301" * 900])
async def test_pw19_long_address_is_refused_unread(
    client: AsyncClient, session: AsyncSession, parsed: list[str], address: str
) -> None:
    _, headers = await signed_in_superuser(session)
    body = {"email": address, "password": PASSWORD}
    form = {"username": address, "password": PASSWORD}
    responses = [
        await client.post(TOKEN, data=form),
        await client.post(f"{API}/login/session", json=body, headers=SAME_ORIGIN),
        await client.post(f"{API}/users/signup", json=body),
        await client.post(f"{API}/users/", json=body, headers=headers),
        await client.patch(f"{API}/users/me", json=body, headers=headers),
        await client.post(f"{API}/password-recovery/{address}"),
        await client.post(f"{API}/utils/test-email/", params={"email_to": address}, headers=headers),
    ]
    assert [response.status_code for response in responses] == [400] + [422] * 6
    assert parsed == []


@pytest.mark.parametrize("field", ["scope", "client_id", "client_secret", "grant_type"])
async def test_pw19_other_fields_of_the_form_are_bounded(client: AsyncClient, field: str) -> None:
    form = {"username": "ada@example.com", "password": PASSWORD, field: "x" * 10_000}
    assert problem(await client.post(TOKEN, data=form)) == (422, "VAL_001")


HAS_OTHER_BOUNDS = {"uuid", "date-time", "date"}


def unbounded(schema: dict[str, Any], place: str) -> Iterator[str]:
    """The places in a schema where a text of any length is accepted."""
    if "$ref" in schema:
        schema = app.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for each in [*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("oneOf", ())]:
        yield from unbounded(each, place)
    is_bounded = {"maxLength", "enum", "const", "contentMediaType"} & schema.keys()
    if schema.get("type") == "string" and not is_bounded and schema.get("format") not in HAS_OTHER_BOUNDS:
        yield place
    if schema.get("type") == "array":
        if "maxItems" not in schema:
            yield f"{place}[]"
        yield from unbounded(schema["items"], f"{place}[]")
    for name, each in schema.get("properties", {}).items():
        yield from unbounded(each, f"{place}.{name}")


def test_ip15_every_text_has_a_maximum() -> None:
    offenders: list[str] = []
    operations = 0
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            operations += 1
            inputs = {each["name"]: each["schema"] for each in operation.get("parameters", ())}
            body = operation.get("requestBody", {}).get("content", {})
            for name, schema in (inputs | {kind: each["schema"] for kind, each in body.items()}).items():
                offenders += unbounded(schema, f"{method.upper()} {path} {name}")
    assert operations > 20
    assert offenders == []


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hashing waits for this event."""
    released = threading.Event()
    hash_one = passwords._hasher.hash

    def waiting(password: Any) -> str:
        assert released.wait(10)
        return hash_one(password)

    monkeypatch.setattr(passwords._hasher, "hash", waiting)
    monkeypatch.setattr(passwords, "_seconds_each", 0.05)
    yield released
    released.set()


async def test_pw20_full_queue_refuses_immediately(held: threading.Event) -> None:
    limit = int(passwords.QUEUE_SECONDS / 0.05 * passwords._THREADS)
    waiting = [asyncio.create_task(hash_password(PASSWORD)) for _ in range(limit + 1)]
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        with pytest.raises(Unavailable) as refused:
            await hash_password(PASSWORD)
    assert refused.value.headers == {"Retry-After": "1"}
    held.set()
    assert len(await asyncio.gather(*waiting)) == limit + 1
    assert await hash_password(PASSWORD)


async def test_pw20_full_queue_is_503(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    """With one query, the count of the request, so that a flood of logins does not occupy the connections of others."""
    monkeypatch.setattr(passwords, "_unfinished", 1_000)
    response = await client.post(TOKEN, data={"username": "ada@example.com", "password": PASSWORD})
    assert (problem(response), response.headers["retry-after"]) == ((503, "UNAV_001"), "1")
    assert [each for each in statements if "rate_windows" not in each] == []


async def test_pw20_login_waits_from_its_first_query(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    look_up = users_crud.read_credentials

    async def noted(**arguments: Any) -> Any:
        counted.append(passwords._unfinished)
        return await look_up(**arguments)

    monkeypatch.setattr(users_crud, "read_credentials", noted)
    await client.post(TOKEN, data={"username": "ada@example.com", "password": PASSWORD})
    assert counted == [1]
    assert passwords._unfinished == 0


async def test_pw20_cancelled_request_leaves_the_queue(held: threading.Event) -> None:
    waiting = [asyncio.create_task(hash_password(PASSWORD)) for _ in range(passwords._THREADS + 5)]
    await asyncio.sleep(0.05)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert passwords._unfinished == 0
    held.set()
    async with asyncio.timeout(5):
        assert await hash_password(PASSWORD)


async def hash_of(user: uuid.UUID) -> str:
    act_as(user)
    return await hash_password(PASSWORD)


async def test_pw20_one_user_does_not_fill_the_queue(held: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(USERS_HASHES, "seconds", 60)
    one, other = uuid.uuid4(), uuid.uuid4()
    size = USERS_HASHES.concurrent + USERS_HASHES.waiting
    hashes = [asyncio.create_task(hash_of(one)) for _ in range(size + 1)]
    await asyncio.sleep(0.05)
    assert passwords._unfinished == USERS_HASHES.concurrent
    assert [isinstance(each.exception(), TooManyRequests) for each in hashes if each.done()] == [True]
    hashes.append(asyncio.create_task(hash_of(other)))
    await asyncio.sleep(0.05)
    assert passwords._unfinished == USERS_HASHES.concurrent + 1
    held.set()
    results = await asyncio.gather(*hashes, return_exceptions=True)
    assert sum(isinstance(result, str) for result in results) == size + 1
    assert USERS_HASHES._turns == {}
