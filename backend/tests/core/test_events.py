"""Listeners run in the transaction of the event: both succeed or neither does."""

from collections import defaultdict
from dataclasses import dataclass

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import events
from app.core.events import emit, listens_to
from app.users.events import UserCreated
from app.users.models import User
from tests.core.answers import problem
from tests.fixtures import RunJobs
from tests.users.factories import PASSWORD


@dataclass(frozen=True)
class Rang:
    times: int


@pytest.fixture(autouse=True)
def own_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register on a copy, so that listeners do not outlive their test."""
    copy = defaultdict(list, {event: list(listeners) for event, listeners in events._listeners.items()})
    monkeypatch.setattr(events, "_listeners", copy)


async def test_listeners_are_called_in_order_with_the_session(session: AsyncSession) -> None:
    heard: list[object] = []

    @listens_to(Rang)
    async def first(given: AsyncSession, event: Rang) -> None:
        heard.extend([given, event.times])

    @listens_to(Rang)
    async def second(given: AsyncSession, event: Rang) -> None:
        heard.append("second")

    await emit(session, Rang(3))
    assert heard == [session, 3, "second"]


async def test_event_without_listeners_is_fine(session: AsyncSession) -> None:
    await emit(session, Rang(1))


async def test_error_in_a_listener_rolls_back_the_transaction(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs
) -> None:
    @listens_to(UserCreated)
    async def fail(_: AsyncSession, event: UserCreated) -> None:
        raise RuntimeError("on purpose")

    body = {"email": "ada@example.com", "password": PASSWORD}
    assert problem(await client.post("/api/v1/users/signup", json=body)) == (500, "INT_001")
    assert (await session.exec(select(User))).all() == []
