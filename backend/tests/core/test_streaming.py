"""Streams that clients leave: the pool keeps its connections, and nothing is logged."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import literal
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import CapturingLogger

from app.core.database import connection
from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.database.statements import Statement
from app.core.http import problems
from app.core.http.streaming import Stream
from app.core.lists import paged_list
from app.main import create_app
from tests.auth.factories import signed_in_superuser
from tests.fixtures import BASE_URL
from tests.security.conftest import served
from tests.users.factories import create_user

SHORT = Statement(select(func.pg_sleep(literal(0.3))))
LONG = Statement(select(func.pg_sleep(literal(7))))
PATH = "/api/v1/stream"


def pool() -> AutocommitPool:
    source = db.autocommit_session.source
    assert isinstance(source, AutocommitPool)
    return source


class Rows:
    """A stream that runs a statement for each of its parts."""

    def __init__(self, statement: Statement[Any]) -> None:
        self.statement = statement
        self.started = asyncio.Event()
        self.ended = asyncio.Event()

    async def parts(self) -> AsyncIterator[bytes]:
        try:
            yield b"one"
            self.started.set()
            while True:
                await db.autocommit_session.all(self.statement)
                yield b"more"
        finally:
            self.ended.set()

    def app(self) -> FastAPI:
        app = create_app()

        async def endpoint() -> Stream:
            return Stream(self.parts(), media_type="text/plain", seconds=None)

        app.router.add_api_route(PATH, endpoint, response_model=None)
        return app


@pytest.fixture
def logger(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    logger = CapturingLogger()
    monkeypatch.setattr(problems, "logger", logger)
    return logger


async def pids() -> set[int]:
    """Return the server processes of the pool's idle connections."""
    source = pool()
    source.release(await source.acquire())
    return {each.libpq.backend_pid for each in source._free}


@pytest.mark.usefixtures("live")
async def test_aborted_stream_keeps_its_connection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, logger: CapturingLogger
) -> None:
    monkeypatch.setattr(connection, "GRACE_SECONDS", 5)
    rows, before = Rows(SHORT), await pids()
    async with served(rows.app()) as client:
        async with client.stream("GET", PATH) as response:
            assert await anext(response.aiter_bytes()) == b"one"
            await rows.started.wait()
            await asyncio.sleep(0.05)  # the statement runs
        async with asyncio.timeout(5):
            await rows.ended.wait()
            while await pids() != before:  # noqa: ASYNC110 - nothing signals it
                await asyncio.sleep(0.02)
    assert (caplog.records, logger.calls) == ([], [])


@pytest.mark.usefixtures("live")
async def test_connection_of_a_long_statement_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "GRACE_SECONDS", 0.02)
    rows = Rows(LONG)
    async with served(rows.app()) as client:
        async with client.stream("GET", PATH) as response:
            assert await anext(response.aiter_bytes()) == b"one"
            await rows.started.wait()
            await asyncio.sleep(0.05)
        async with asyncio.timeout(5):  # the statement takes longer
            await rows.ended.wait()
            while pool().in_use:  # noqa: ASYNC110 - nothing signals it
                await asyncio.sleep(0.02)
            assert await db.autocommit_session.all(SHORT)


async def test_head_ends_a_stream(one_event_loop: None, logger: CapturingLogger) -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"part"
                await asyncio.sleep(0)
        finally:
            ended.set()

    app = create_app()

    async def endpoint() -> Stream:
        return Stream(endless(), media_type="text/plain", seconds=None)

    app.router.add_api_route(PATH, endpoint, response_model=None)
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client, asyncio.timeout(5):
        response = await client.head(PATH)
        await ended.wait()
    assert (response.status_code, response.content) == (200, b"")
    assert logger.calls == []


async def test_head_of_an_export_reads_one_chunk(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paged_list, "CHUNK_ROWS", 1)
    _, headers = await signed_in_superuser(session)
    await create_user(session)
    response: Any = await client.head("/api/v1/users/export", headers=headers)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["x-total-count"] == "2"
