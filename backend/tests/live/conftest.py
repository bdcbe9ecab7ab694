"""Streams of a real server, with the `live` database and real notifications.

The fixtures import the application, because pytest loads this file before `tests/conftest.py` sets the environment.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.security.conftest import served

EVENTS = "/api/v1/events"


class Tab:
    """An open stream, read event by event."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def event(self) -> tuple[str, Any]:
        """Return the name and data of the next event. Keep-alives are skipped."""
        name = ""
        async with asyncio.timeout(5):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    return name, json.loads(value)
        raise AssertionError("The stream has ended")

    async def comment(self) -> None:
        """Return at the next keep-alive."""
        async with asyncio.timeout(5):
            async for line in self._lines:
                if line.startswith(":"):
                    return
        raise AssertionError("The stream has ended")

    async def topic(self) -> str:
        """Return the topic of the next change."""
        name, data = await self.event()
        assert name == "change"
        return str(data["topic"])

    async def ended(self) -> bool:
        """Return whether the server closes the stream without an `end` event."""
        async with asyncio.timeout(5):
            return "event: end" not in [line async for line in self._lines]


OpenTab = Callable[[dict[str, str]], AbstractAsyncContextManager[Tab]]


@pytest.fixture
async def listening(live: AsyncClient) -> AsyncIterator[None]:
    """Let this process listen to changes in the `live` database."""
    from app.core.database import session as db
    from app.core.runtime.change_listener import EVERYTHING, change_listener

    url = db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)
    async with change_listener.listening(url):
        with change_listener.subscribe("the test") as subscriber:
            assert await subscriber.wait(5)
            assert subscriber.take() == ({EVERYTHING}, set())
        yield


@pytest.fixture
async def server(listening: None) -> AsyncIterator[AsyncClient]:
    from app.main import app

    async with served(app) as client:
        client.headers["Host"] = "localhost"
        yield client


async def all_delivered() -> None:
    """Return when all committed changes have reached their subscribers."""
    from app.core.database.change_notifier import change_notifier
    from app.core.runtime.change_listener import change_listener

    with change_listener.subscribe("the test") as subscriber:
        change_notifier.add([json.dumps({"topic": "mark", "owners": ["the test"]})])
        while "mark" not in subscriber.take()[0]:
            assert await subscriber.wait(5)


@pytest.fixture
def open_tab(server: AsyncClient) -> OpenTab:
    @asynccontextmanager
    async def opened(headers: dict[str, str]) -> AsyncIterator[Tab]:
        await all_delivered()
        async with server.stream("GET", EVENTS, headers=headers) as response:
            assert response.status_code == 200
            tab = Tab(response)
            assert await tab.event() == ("ready", {})
            yield tab

    return opened


@pytest.fixture
async def session(live: AsyncClient) -> AsyncIterator[AsyncSession]:
    from app.core.database import session as db
    from tests.live.notes import create_table

    async with db.WriteSession() as session:
        await (await session.connection()).run_sync(create_table)
        await session.commit()
        yield session
