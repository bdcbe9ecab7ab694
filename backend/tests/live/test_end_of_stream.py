"""A stream ends with its session, with the process and after a while; streams per user are limited (SE-03)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.clock import utc_now
from app.core.runtime.change_listener import SUBSCRIBERS_PER_OWNER, Subscriber, change_listener
from app.live import service
from app.users.models import User
from tests.auth.factories import Headers, sign_in, signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.live.conftest import EVENTS, OpenTab
from tests.live.notes import create_note
from tests.users.factories import PASSWORD

V1 = "/api/v1"
END: tuple[str, Any] = ("end", {})
NEW = "another horse battery"
Action = Callable[[AsyncClient, Headers, Headers, User], Awaitable[Any]]

ENDINGS: dict[str, Action] = {
    "logout": lambda live, own, _, user: live.post(f"{V1}/login/logout", headers=own),
    "end by a superuser": lambda live, _, admin, user: live.delete(f"{V1}/users/{user.id}/sessions/", headers=admin),
    "own deletion": lambda live, own, _, user: live.delete(f"{V1}/users/me", headers=own),
    "deletion": lambda live, _, admin, user: live.delete(f"{V1}/users/{user.id}", headers=admin),
    "deactivation": lambda live, _, admin, user: live.patch(
        f"{V1}/users/{user.id}", headers=admin, json={"is_active": False}
    ),
    "new password by a superuser": lambda live, _, admin, user: live.patch(
        f"{V1}/users/{user.id}", headers=admin, json={"password": NEW}
    ),
}


@pytest.mark.parametrize("action", ENDINGS.values(), ids=ENDINGS.keys())
async def test_stream_ends_with_its_session(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab, action: Action
) -> None:
    _, admin = await signed_in_superuser(session)
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        assert (await action(live, headers, admin, user)).status_code == 200
        assert await tab.event() == END
        assert await tab.ended()


async def test_password_change_ends_streams_of_other_sessions(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab
) -> None:
    user, this = await signed_in_user(session)
    other = await sign_in(session, user)
    async with open_tab(this) as tab, open_tab(other) as other_tab:
        body = {"current_password": PASSWORD, "new_password": NEW}
        await live.patch(f"{V1}/users/me/password", headers=this, json=body)
        assert await other_tab.event() == END
        assert await tab.topic() == "users"


async def test_ending_other_sessions_ends_their_streams(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab
) -> None:
    user, this = await signed_in_user(session)
    other = await sign_in(session, user)
    async with open_tab(this) as tab, open_tab(other) as other_tab:
        await live.delete(f"{V1}/sessions/", headers=this)
        assert await other_tab.event() == END
        await create_note(session, user.id)
        assert await tab.topic() == "notes"


async def test_logout_elsewhere_does_not_end_the_stream(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab
) -> None:
    user, this = await signed_in_user(session)
    other = await sign_in(session, user)
    async with open_tab(this) as tab:
        await live.post(f"{V1}/login/logout", headers=other)
        await create_note(session, user.id)
        assert await tab.topic() == "notes"


async def test_stream_ends_when_its_session_expires(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        soon = utc_now() + timedelta(seconds=0.5)
        await session.exec(update(UserSession).where(col(UserSession.user_id) == user.id).values(expires_at=soon))
        await session.commit()
        assert await tab.event() == END
        assert utc_now() >= soon


async def test_deactivation_in_the_database_ends_the_stream(session: AsyncSession, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        await session.exec(update(User).where(col(User.id) == user.id).values(is_active=False))
        await session.commit()
        assert await tab.event() == END


async def test_stream_is_closed_after_its_maximum_time(
    session: AsyncSession, open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no `end` event, so browsers open a new stream."""
    monkeypatch.setattr(service, "STREAM_SECONDS", 0.3)
    _, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        assert await tab.ended()


async def test_shutdown_closes_all_streams(session: AsyncSession, open_tab: OpenTab) -> None:
    tabs = []
    async with AsyncExitStack() as stack:
        for _ in range(3):
            _, headers = await signed_in_user(session)
            tabs.append(await stack.enter_async_context(open_tab(headers)))
        change_listener.close()
        assert [await tab.ended() for tab in tabs] == [True] * 3


async def test_shutdown_refuses_new_streams(session: AsyncSession, server: AsyncClient) -> None:
    _, headers = await signed_in_user(session)
    change_listener.close()
    assert problem(await server.get(EVENTS, headers=headers)) == (503, "UNAV_001")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Cookie": "session=nonsense"}])
async def test_anonymous_gets_no_stream(server: AsyncClient, headers: Headers) -> None:
    assert problem(await server.get(EVENTS, headers=headers)) == (401, "AUTH_001")


async def test_response_is_neither_buffered_nor_cached(session: AsyncSession, open_tab: OpenTab) -> None:
    _, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        found = tab.response.headers
        assert found["content-type"].startswith("text/event-stream")
        assert (found["cache-control"], found["x-accel-buffering"]) == ("no-store", "no")


async def test_stream_is_kept_alive(session: AsyncSession, open_tab: OpenTab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "KEEP_ALIVE_SECONDS", 0.05)
    _, headers = await signed_in_user(session)
    async with open_tab(headers) as tab:
        for _ in range(3):
            await tab.comment()


async def test_streams_per_user_are_limited(session: AsyncSession, server: AsyncClient, open_tab: OpenTab) -> None:
    user, headers = await signed_in_user(session)
    _, another = await signed_in_user(session)
    async with AsyncExitStack() as stack:
        for _ in range(SUBSCRIBERS_PER_OWNER - 1):
            await stack.enter_async_context(open_tab(await sign_in(session, user)))
        async with open_tab(headers):
            response = await server.get(EVENTS, headers=headers)
            assert problem(response) == (429, "RATE_001")
            assert int(response.headers["retry-after"]) > 0
            async with open_tab(another):
                pass
        async with asyncio.timeout(5):  # until the server notices that one stream is closed
            while True:
                async with server.stream("GET", EVENTS, headers=headers) as response:
                    if response.status_code == 200:
                        return


async def test_streams_hold_no_pool_connections(
    session: AsyncSession, server: AsyncClient, live: AsyncClient, open_tab: OpenTab
) -> None:
    """There are more streams than pool connections, and no request waits."""
    async with AsyncExitStack() as stack:
        users = [await signed_in_user(session) for _ in range(8)]
        tabs = [
            await stack.enter_async_context(open_tab(headers))
            for _, headers in users
            for _ in range(SUBSCRIBERS_PER_OWNER)
        ]
        responses = await asyncio.gather(*(live.get(f"{V1}/users/me", headers=headers) for _, headers in users))
        assert {response.status_code for response in responses} == {200}
        change_listener.publish("notes")
        assert [await tab.topic() for tab in tabs] == ["notes"] * len(tabs)


async def test_slow_subscriber_needs_constant_memory() -> None:
    subscriber = Subscriber("somebody")
    for n in range(100_000):
        subscriber.add("notes", own=n % 2 == 0)
    assert subscriber.take() == ({"notes"}, {"notes"})
    assert subscriber.take() == (set(), set())
