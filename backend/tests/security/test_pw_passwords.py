"""Passwords, and one account per email address (PW-01..11)."""

import asyncio
import os
import sys
import threading
import unicodedata
from typing import Any

import argon2
import pytest
from httpx2 import AsyncClient
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.security import passwords
from app.core.security.passwords import hash_password, verify_password
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

SIGNUP = "/api/v1/users/signup"
TOKEN = "/api/v1/login/access-token"
EMAIL = "ada.lovelace@example.com"


async def sign_up(client: AsyncClient, password: str, email: str = EMAIL) -> int:
    return (await client.post(SIGNUP, json={"email": email, "password": password})).status_code


async def log_in(client: AsyncClient, password: str, email: str = EMAIL) -> int:
    return (await client.post(TOKEN, data={"username": email, "password": password})).status_code


@pytest.mark.parametrize(
    ("password", "status"), [("x7!Qp2z", 422), ("x7!Qp2zK", 200), ("qzxvkjwm", 200), ("84915073", 200)]
)
async def test_pw01_eight_characters_of_any_kind_are_enough(client: AsyncClient, password: str, status: int) -> None:
    assert await sign_up(client, password) == status


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PassWord",
        "12345678",
        "qwerty123",
        "iloveyou",
        "football1",
        "ｐａｓｓｗｏｒｄ",
        "WorkBench",
        "workbench1",
        "ada.lovelace",
        "ada.lovelace@example.com",
        "1Ada.Lovelace!",
        "example.com1",
    ],
)
async def test_pw02_common_and_project_words_are_refused(client: AsyncClient, password: str) -> None:
    response = await client.post(SIGNUP, json={"email": EMAIL, "password": password})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["password"]


async def test_pw02_word_inside_a_longer_password_is_accepted(client: AsyncClient) -> None:
    assert await sign_up(client, "workbench of a long sentence") == 200


@pytest.mark.parametrize("way", ["admin", "private", "admin update"])
async def test_pw02_every_endpoint_refuses_a_common_password(
    client: AsyncClient, session: AsyncSession, way: str
) -> None:
    superuser, headers = await signed_in_superuser(session)
    method, path = {
        "admin": ("POST", "/api/v1/users/"),
        "private": ("POST", "/api/v1/private/users/"),
        "admin update": ("PATCH", f"/api/v1/users/{superuser.id}"),
    }[way]
    body = {"email": EMAIL, "password": "password123"}
    response = await client.request(method, path, headers=headers, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["password"]


@pytest.mark.parametrize("length", [64, 73, 128])
async def test_pw03_every_character_of_a_long_password_counts(client: AsyncClient, length: int) -> None:
    password = ("Correct Horse " * 10)[:length]
    assert await sign_up(client, password) == 200
    assert await log_in(client, password) == 200
    assert await log_in(client, password[:-1]) == 400
    assert await log_in(client, password[:-1] + "!") == 400


@pytest.mark.parametrize("other", ["Correct horse  battery", "correct horse battery", "Correct horse battery "])
async def test_pw03_case_and_spaces_count(client: AsyncClient, other: str) -> None:
    assert await sign_up(client, "Correct horse battery") == 200
    assert await log_in(client, other) == 400


async def test_pw03_unicode_forms_of_a_password_are_equal(client: AsyncClient) -> None:
    password = "pässwörter ﬁnden"
    for form in ("NFC", "NFD", "NFKC"):
        assert unicodedata.normalize("NFKC", unicodedata.normalize(form, password)) == "pässwörter finden"
    assert await sign_up(client, unicodedata.normalize("NFD", password)) == 200
    assert await log_in(client, unicodedata.normalize("NFC", password)) == 200
    assert await log_in(client, "pässwörter finden") == 200


async def test_pw04_hash_is_argon2id_with_owasp_parameters() -> None:
    parameters = argon2.extract_parameters(await hash_password(PASSWORD))
    assert parameters.type == argon2.Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert (parameters.time_cost, parameters.parallelism) == (2, 1)


async def test_pw04_hashes_of_one_password_differ() -> None:
    assert await hash_password(PASSWORD) != await hash_password(PASSWORD)


async def test_pw04_hashing_uses_a_few_other_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    running = peak = 0
    names: set[str] = set()
    lock = threading.Lock()
    hash_one = passwords._hasher.hash

    def observed(password: Any) -> str:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
            names.add(threading.current_thread().name)
        try:
            return hash_one(password)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(passwords._hasher, "hash", observed)
    await asyncio.gather(*(hash_password(f"password number {n}") for n in range(20)))
    assert peak <= passwords._threads._max_workers
    assert threading.current_thread().name not in names


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere, threads have no priority of their own")
async def test_pw04_hashing_has_a_lower_priority() -> None:
    """Requests of other users do not wait for it."""

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await passwords._in_thread(priority) > priority()


@pytest.mark.parametrize(
    ("processes", "threads"), [("", 8), ("1", 8), ("2", 4), ("3", 2), ("8", 1), ("64", 1), ("0", 8), ("many", 8)]
)
def test_pw04_processes_share_the_cores(monkeypatch: pytest.MonkeyPatch, processes: str, threads: int) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert passwords._share_of_cores(processes) == threads


async def test_pw04_no_connection_is_held_while_hashing(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise many logins could use up the pool."""
    engine = db.WriteSession.kw["bind"]
    in_use: list[int] = []
    verify = passwords._hasher.verify_and_update

    def observed(password: Any, stored: Any) -> tuple[bool, str | None]:
        in_use.append(engine.pool.checkedout())
        return verify(password, stored)

    monkeypatch.setattr(passwords._hasher, "verify_and_update", observed)
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
    await log_in(live, PASSWORD, user.email)
    body = {"current_password": PASSWORD, "new_password": "another horse battery"}
    assert (await live.patch("/api/v1/users/me/password", headers=headers, json=body)).status_code == 200
    assert in_use == [0, 0]


async def test_pw06_all_failed_logins_get_the_same_response(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email=EMAIL)
    await create_user(session, email="inactive@example.com", is_active=False)
    responses = []
    for email in (EMAIL, "inactive@example.com", "nobody@example.com"):
        response = await client.post(TOKEN, data={"username": email, "password": "a wrong password"})
        responses.append((response.status_code, {**response.json(), "request_id": ""}))
    assert responses[1:] == [responses[0]] * 2


async def test_pw07_dummy_hash_has_the_current_strength() -> None:
    current = argon2.extract_parameters(await hash_password(PASSWORD))
    assert argon2.extract_parameters(passwords._dummy_hash()) == current


async def test_pw07_dummy_password_gives_no_access() -> None:
    assert await verify_password("a password that nobody has", None) == (False, None)


LOOK_ALIKES = [
    "ADA@BÜCHER.EXAMPLE",
    "ada@xn--bcher-kva.example",
    "ADA@XN--BCHER-KVA.example",
    "ada@bu\u0308cher.example",
    "ada@ｂücher.example",
    "ada@bücher。example",
    "ada@bü\u00adcher.example",
    "ada＠bücher.example",
    "ａda@bücher.example",
    "аda@bücher.example",
    "ada\u200b@bücher.example",
    " ada@bücher.example ",
    "Ada <ada@bücher.example>",
]


@pytest.mark.parametrize("email", LOOK_ALIKES)
async def test_pw11_look_alike_creates_no_second_account(
    client: AsyncClient, session: AsyncSession, email: str
) -> None:
    await create_user(session, email="ada@bücher.example")
    assert await sign_up(client, PASSWORD, email) in (409, 422)
    assert (await session.exec(select(func.count()).select_from(User))).one() == 1


@pytest.mark.parametrize("email", LOOK_ALIKES[:6])
async def test_pw10_all_spellings_of_an_address_are_equal(
    client: AsyncClient, session: AsyncSession, email: str
) -> None:
    _, headers = await signed_in_superuser(session)
    other = await create_user(session, email="ada@bücher.example")
    bystander, bystander_headers = await signed_in_user(session)
    body = {"email": email, "password": PASSWORD}
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/api/v1/users/", headers=headers, json=body)).status_code == 409
    assert (await client.post("/api/v1/private/users/", json=body)).status_code == 409
    requested = await client.post("/api/v1/users/me/email", headers=bystander_headers, json={"email": email})
    assert requested.status_code == 202
    pending = (await client.get("/api/v1/users/me/email", headers=bystander_headers)).json()["pending_email"]
    assert pending == other.email
    path = f"/api/v1/users/{bystander.id}"
    assert (await client.patch(path, headers=headers, json={"email": email})).status_code == 409
    assert await log_in(client, PASSWORD, email) == 200
    logged_in = await client.post("/api/v1/login/session", headers=same_origin, json=body)
    assert logged_in.json()["id"] == str(other.id)
