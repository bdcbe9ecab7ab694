"""Requests to two processes of the application that have a replica: what they read where."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import RecentWrite
from app.auth.recent_writes import RECENT_SECONDS
from app.core.clock import utc_now
from app.core.database.engine import make_engine
from tests.auth.factories import Headers, sign_in, signed_in_superuser
from tests.core.replicas import Pair
from tests.core.servers import uvicorn
from tests.users.factories import PASSWORD, create_user

USERS, READY = "/api/v1/users/", "/api/v1/health/ready"


@pytest.fixture(scope="module")
async def processes(pair: Pair, one_event_loop: None) -> AsyncIterator[list[AsyncClient]]:
    environment = {
        "DATABASE_URL": pair.primary.url("app"),
        "DATABASE_REPLICA_URL": f"postgresql://127.0.0.1:{pair.replica.port}",
    }
    async with uvicorn(environment=environment) as first, uvicorn(environment=environment) as second:
        yield [first.client, second.client]


@pytest.fixture
async def session(pair: Pair, one_event_loop: None) -> AsyncIterator[AsyncSession]:
    """A session on the primary, which commits."""
    engine = make_engine(pair.primary.url("app").replace("postgresql", "postgresql+psycopg"))
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
    await engine.dispose()


async def until_used(process: AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await process.get(READY)).json()["checks"]["replica"]["state"] != "ok":  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def sees(process: AsyncClient, headers: Headers, email: str) -> bool:
    response = await process.get(USERS, params={"limit": 100}, headers=headers)
    assert response.status_code == 200
    return email in response.text


async def test_single_records_come_from_the_primary(
    pair: Pair, processes: list[AsyncClient], session: AsyncSession
) -> None:
    process = processes[0]
    _, headers = await signed_in_superuser(session)
    await until_used(process)
    before = (await process.get(f"{USERS}stats", headers=headers)).json()["count"]
    with pair.paused():
        user = await create_user(session)
        record = await process.get(f"{USERS}{user.id}", headers=headers)
        page = await process.get(USERS, params={"limit": 100}, headers=headers)
        stats = await process.get(f"{USERS}stats", headers=headers)
        export = await process.get(f"{USERS}export", headers=headers)
    assert record.json()["email"] == user.email
    assert user.email not in page.text
    assert stats.json()["count"] == before == page.json()["count"]
    assert export.status_code == 200
    assert user.email not in export.text


async def test_r24_own_write_shows_in_every_process(
    pair: Pair, processes: list[AsyncClient], session: AsyncSession
) -> None:
    writer, headers = await signed_in_superuser(session)
    elsewhere = await sign_in(session, writer)
    _, of_another = await signed_in_superuser(session)
    for process in processes:
        await until_used(process)
    email = "own-write@example.com"
    with pair.paused():
        body = {"email": email, "password": PASSWORD}
        assert (await processes[0].post(USERS, json=body, headers=headers)).status_code == 200
        for process in processes:
            assert await sees(process, headers, email)
            assert await sees(process, elsewhere, email)
            assert not await sees(process, of_another, email)


async def test_later_reads_use_the_replica_again(
    pair: Pair, processes: list[AsyncClient], session: AsyncSession
) -> None:
    user, headers = await signed_in_superuser(session)
    body = {"full_name": "Grace"}
    assert (await processes[0].patch(f"{USERS}me", json=body, headers=headers)).status_code == 200
    long_ago = utc_now() - timedelta(seconds=RECENT_SECONDS)
    await session.exec(update(RecentWrite).where(col(RecentWrite.user_id) == user.id).values(at=long_ago))
    await session.commit()
    await until_used(processes[0])
    with pair.paused():
        other = await create_user(session)
        assert not await sees(processes[0], headers, other.email)


async def test_process_without_its_replica_stays_ready(
    pair: Pair, processes: list[AsyncClient], session: AsyncSession
) -> None:
    user, headers = await signed_in_superuser(session)
    await until_used(processes[0])
    await asyncio.to_thread(pair.replica.stop)
    try:
        async with asyncio.timeout(10):
            while (await processes[0].get(READY)).json()["status"] == "ok":
                assert await sees(processes[0], headers, user.email)
        ready = await processes[0].get(READY)
        assert await sees(processes[0], headers, user.email)
    finally:
        await asyncio.to_thread(pair.restart_replica)
    assert ready.status_code == 200
    check = ready.json()["checks"]["replica"]
    assert check["state"] == "warning"
    assert check["detail"].startswith("The replica is left out.")
