"""A server with open streams ends immediately, however it was started."""

import signal

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from tests.auth.factories import sign_in, signed_in_user
from tests.core.servers import GRACE, uvicorn
from tests.live.conftest import EVENTS, Tab


def live_database() -> dict[str, str]:
    return {"DATABASE_URL": db.WriteSession.kw["bind"].url.render_as_string(hide_password=False)}


@pytest.mark.parametrize(
    ("options", "workers", "number"),
    [
        ([], 1, signal.SIGTERM),
        ([], 1, signal.SIGINT),
        ([], 2, signal.SIGTERM),
        (["--reload", "--reload-dir=app"], 1, signal.SIGINT),
    ],
)
async def test_open_streams_do_not_delay_the_shutdown(
    session: AsyncSession, options: list[str], workers: int, number: signal.Signals
) -> None:
    user, headers = await signed_in_user(session)
    async with uvicorn(*options, workers=workers, environment=live_database()) as server:
        client = server.client
        first = client.stream("GET", EVENTS, headers=headers)
        second = client.stream("GET", EVENTS, headers=await sign_in(session, user))
        async with first as one, second as two:
            tabs = [Tab(one), Tab(two)]
            assert [await tab.event() for tab in tabs] == [("ready", {})] * 2
            server.process.send_signal(number)
            assert [await tab.ended() for tab in tabs] == [True] * 2
        await server.ended(GRACE / 4)  # it must not wait for the whole grace period


async def test_streams_end_when_the_drain_begins(session: AsyncSession) -> None:
    """Browsers then reconnect to another process before this one ends."""
    _, headers = await signed_in_user(session)
    async with uvicorn(environment={**live_database(), "DRAIN_SECONDS": "60"}) as server:
        async with server.client.stream("GET", EVENTS, headers=headers) as response:
            tab = Tab(response)
            assert await tab.event() == ("ready", {})
            server.process.send_signal(signal.SIGTERM)
            assert await tab.ended()
        again = await server.client.get(EVENTS, headers=headers)
        assert (again.status_code, again.headers["connection"]) == (503, "close")
