"""Where and when a session is used."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, service
from app.auth.models import SessionUse
from tests.auth.factories import sign_in, signed_in_user
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

ME, SESSIONS = "/api/v1/users/me", "/api/v1/sessions/"
MINUTES = timedelta(minutes=1)


async def uses(session: AsyncSession) -> list[datetime]:
    session.expunge_all()
    return [use.at for use in (await session.exec(select(SessionUse))).all()]


async def test_sign_in_keeps_device_and_address(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    await session.commit()
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"}
    response = await client.post(
        "/api/v1/login/access-token", headers=agent, data={"username": user.email, "password": PASSWORD}
    )
    headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
    [row] = (await client.get(SESSIONS, headers=headers)).json()["data"]
    assert (row["device"], row["ip"]) == ("Firefox on Linux", "127.0.0.1")
    assert row["created_at"] == row["authenticated_at"] == row["last_used_at"]


async def test_use_is_stored_every_five_minutes(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    begun = clock.freeze()
    _, headers = await signed_in_user(session)
    found = []
    for minutes in (4, 5, 9, 10):
        clock.freeze(begun + minutes * MINUTES)
        await client.get(ME, headers=headers)
        found += [(minutes, *((at - begun) // MINUTES for at in await uses(session)))]
    assert found == [(4,), (5, 5), (9, 5), (10, 10)]
    [row] = (await client.get(SESSIONS, headers=headers)).json()["data"]
    assert datetime.fromisoformat(row["last_used_at"]) == begun + 10 * MINUTES


async def test_another_processs_note_is_not_repeated(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    begun = clock.freeze()
    _, headers = await signed_in_user(session)
    clock.advance(5 * MINUTES)
    await client.get(ME, headers=headers)
    service._noted_uses.clear()  # as in a process that has not seen the session
    clock.advance(4 * MINUTES)
    await client.get(ME, headers=headers)
    assert await uses(session) == [begun + 5 * MINUTES]


async def test_new_sessions_request_is_one_statement(
    client: AsyncClient, session: AsyncSession, clock: Clock, statements: list[str]
) -> None:
    _, headers = await signed_in_user(session)
    for minutes, expected in ((0, 1), (5, 2), (0, 1)):
        clock.advance(minutes * MINUTES)
        statements.clear()
        await client.get(ME, headers=headers)
        assert len(statements) == expected


async def test_request_survives_a_failed_note(
    client: AsyncClient, session: AsyncSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(**values: Any) -> None:
        raise psycopg.errors.DiskFull

    _, headers = await signed_in_user(session)
    monkeypatch.setattr(crud, "note_use", fail)
    clock.advance(5 * MINUTES)
    assert (await client.get(ME, headers=headers)).status_code == 200
    assert await uses(session) == []


async def test_memory_of_uses_is_bounded(
    client: AsyncClient, session: AsyncSession, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_MAX_NOTED", 2)
    service._noted_uses.clear()
    user, first = await signed_in_user(session)
    clock.advance(5 * MINUTES)
    for headers in (first, *[await sign_in(session, user, authenticated_at=user.created_at) for _ in range(2)]):
        await client.get(ME, headers=headers)
    assert len(service._noted_uses) == 2
