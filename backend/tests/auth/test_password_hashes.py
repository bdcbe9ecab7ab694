"""Outdated hashes are accepted and replaced; unknown accounts take as long as known ones (PW-04, PW-07)."""

import asyncio
from typing import Any

import argon2
import pytest
from httpx2 import AsyncClient
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.security import passwords
from app.core.security.passwords import hash_password
from tests.core.answers import problem
from tests.users.factories import PASSWORD, create_user, password_hash

PATH = "/api/v1/login/access-token"


def bcrypt_hash(password: str, rounds: int = 4) -> str:
    return BcryptHasher(rounds=rounds).hash(password)


@pytest.mark.parametrize(
    "old_hash",
    [bcrypt_hash(PASSWORD), Argon2Hasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)],
    ids=["bcrypt", "weaker-argon2"],
)
async def test_login_replaces_an_outdated_hash(client: AsyncClient, session: AsyncSession, old_hash: str) -> None:
    user = await create_user(session, hashed_password=old_hash)
    for _ in range(2):
        assert (await client.post(PATH, data={"username": user.email, "password": PASSWORD})).status_code == 200
    await session.refresh(user)
    current = argon2.extract_parameters(await hash_password(PASSWORD))
    assert argon2.extract_parameters(user.hashed_password) == current


@pytest.mark.parametrize(
    ("passes", "memory_kib", "parallelism"),
    [(3, 19 * 1024, 1), (2, 64 * 1024, 1), (3, 64 * 1024, 4), (1, 46 * 1024, 1)],
)
async def test_login_keeps_a_stronger_hash(
    client: AsyncClient, session: AsyncSession, passes: int, memory_kib: int, parallelism: int
) -> None:
    stronger = Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=parallelism).hash(PASSWORD)
    user = await create_user(session, hashed_password=stronger)
    assert (await client.post(PATH, data={"username": user.email, "password": PASSWORD})).status_code == 200
    await session.refresh(user)
    assert user.hashed_password == stronger


async def test_login_replaces_another_kind_of_argon2(client: AsyncClient, session: AsyncSession) -> None:
    other = argon2.PasswordHasher(memory_cost=64 * 1024, type=argon2.Type.I).hash(PASSWORD)
    user = await create_user(session, hashed_password=other)
    assert (await client.post(PATH, data={"username": user.email, "password": PASSWORD})).status_code == 200
    await session.refresh(user)
    assert argon2.extract_parameters(user.hashed_password).type is argon2.Type.ID


async def test_login_leaves_a_current_hash_alone(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    await client.post(PATH, data={"username": user.email, "password": PASSWORD})
    await session.refresh(user)
    assert user.hashed_password == password_hash()


@pytest.mark.parametrize(
    "stored",
    [bcrypt_hash(PASSWORD), "", "!", "plain text", "$argon2id$broken", "$2b$12$broken"],
    ids=["bcrypt", "empty", "locked", "text", "broken-argon2", "broken-bcrypt"],
)
async def test_wrong_password_is_refused_for_any_stored_hash(
    client: AsyncClient, session: AsyncSession, stored: str
) -> None:
    user = await create_user(session, hashed_password=stored)
    response = await client.post(PATH, data={"username": user.email, "password": "a wrong password" + "x" * 80})
    assert problem(response) == (400, "AUTH_003")
    await session.refresh(user)
    assert user.hashed_password == stored


async def test_concurrent_logins_with_an_outdated_hash_succeed(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session, hashed_password=bcrypt_hash(PASSWORD, rounds=8))
    form = {"username": user.email, "password": PASSWORD}
    responses = await asyncio.gather(*(live.post(PATH, data=form) for _ in range(4)))
    assert [response.status_code for response in responses] == [200] * 4


async def test_unknown_account_costs_one_hash_too(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await create_user(session)
    verified: list[str] = []
    verify = passwords._hasher.verify_and_update

    def counted(password: Any, stored: Any) -> tuple[bool, str | None]:
        verified.append(stored)
        return verify(password, stored)

    monkeypatch.setattr(passwords._hasher, "verify_and_update", counted)
    for username in (user.email, "nobody@example.com", "no address"):
        await client.post(PATH, data={"username": username, "password": "a wrong password"})
    known, *unknown = [argon2.extract_parameters(stored) for stored in verified]
    assert unknown == [known, known]
