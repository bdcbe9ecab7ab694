"""Reads and writes of each user are limited, before the body of a request is read (IP-16)."""

import asyncio
import timeit
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.http.rate_limits import limit_headers
from app.core.limits.rates import Rates
from app.core.settings import settings
from app.main import app
from tests.auth.factories import signed_in_user
from tests.core.answers import problem
from tests.fixtures import BASE_URL, Clock

API = "/api/v1"
ME = f"{API}/users/me"
MINUTE = datetime(2030, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def few(limits: dict[str, int], monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Clock:
    """Three reads and two writes a minute, at the beginning of a minute."""
    monkeypatch.setattr(settings, "RATE_LIMIT_READS", 3)
    monkeypatch.setattr(settings, "RATE_LIMIT_WRITES", 2)
    clock.freeze(MINUTE)
    return clock


def shown(response: Response) -> tuple[int, str | None, str | None]:
    return response.status_code, response.headers.get("ratelimit"), response.headers.get("retry-after")


def test_defaults_are_five_sixty_and_three_hundred(limits: dict[str, int]) -> None:
    assert list(limits.values()) == [5, 60, 300, 5]


async def test_reads_are_limited_for_each_user(client: AsyncClient, session: AsyncSession, few: Clock) -> None:
    _, headers = await signed_in_user(session)
    _, others = await signed_in_user(session)
    responses = [await client.get(ME, headers=headers) for _ in range(4)]
    assert [shown(each) for each in responses] == [
        (200, '"reads";r=2;t=60', None),
        (200, '"reads";r=1;t=60', None),
        (200, '"reads";r=0;t=80', None),
        (429, '"reads";r=0;t=80', "80"),
    ]
    assert problem(responses[-1]) == (429, "RATE_001")
    assert {each.headers["ratelimit-policy"] for each in responses} == {'"reads";q=3;w=60'}
    assert (await client.get(ME, headers=others)).status_code == 200


async def test_writes_are_counted_separately(client: AsyncClient, session: AsyncSession, few: Clock) -> None:
    _, headers = await signed_in_user(session)
    statuses = [(await client.patch(ME, headers=headers, json={"full_name": "Ada"})).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert shown(await client.get(ME, headers=headers))[:2] == (200, '"reads";r=2;t=60')


async def test_wait_of_the_refusal_is_enough(client: AsyncClient, session: AsyncSession, few: Clock) -> None:
    _, headers = await signed_in_user(session)
    for _ in range(3):
        await client.get(ME, headers=headers)
    wait = int((await client.get(ME, headers=headers)).headers["retry-after"])
    few.advance((wait - 1) * SECOND)
    assert (await client.get(ME, headers=headers)).status_code == 429
    few.advance(SECOND)
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_another_session_of_the_user_shares_the_limit(
    client: AsyncClient, session: AsyncSession, few: Clock
) -> None:
    _, headers = await signed_in_user(session)
    for number in range(3):
        await client.get(ME, headers={**headers, "Cookie": f"other={number}"})
    assert (await client.get(ME, headers={**headers, "Cookie": "other=new"})).status_code == 429


async def test_user_can_always_sign_out(client: AsyncClient, session: AsyncSession, few: Clock) -> None:
    _, headers = await signed_in_user(session)
    for _ in range(3):
        await client.patch(ME, headers=headers, json={})
    assert (await client.post(f"{API}/login/logout", headers=headers)).status_code == 200


async def test_limit_of_zero_is_off(client: AsyncClient, session: AsyncSession, few: Clock) -> None:
    settings.RATE_LIMIT_READS = 0
    _, headers = await signed_in_user(session)
    responses = [await client.get(ME, headers=headers) for _ in range(5)]
    assert {shown(each) for each in responses} == {(200, None, None)}


async def test_limit_needs_no_statement(
    client: AsyncClient, session: AsyncSession, few: Clock, statements: list[str]
) -> None:
    _, headers = await signed_in_user(session)
    statements.clear()
    for _ in range(5):
        await client.get(ME, headers=headers)
    assert len(statements) == 3


async def unread_body() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""


@pytest.mark.parametrize("path", [ME, f"{API}/login/access-token"])
async def test_refusal_comes_before_the_body(
    client: AsyncClient, session: AsyncSession, few: Clock, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "RATE_LIMIT_SIGN_IN", 2)
    _, headers = await signed_in_user(session)
    method = "PATCH" if path == ME else "POST"
    for _ in range(2):
        await client.request(method, path, headers=headers, json={})
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as other:
        headers |= {"Content-Type": "application/json"}
        response = await other.request(method, path, headers=headers, content=unread_body())
    assert problem(response) == (429, "RATE_001")


async def test_processes_share_the_counts(live: AsyncClient, clock: Clock) -> None:
    clock.freeze(MINUTE)
    user, processes = uuid.uuid4(), [Rates(), Rates()]
    for process in processes:
        for _ in range(6):
            assert not process.use(user, "reads", 10).is_refused
        await process.sync()
    assert processes[1].use(user, "reads", 10).is_refused
    assert not processes[0].use(user, "reads", 10).is_refused  # it has not shared a count since
    await processes[0].sync()
    assert processes[0].use(user, "reads", 10).is_refused
    clock.advance(90 * SECOND)
    assert processes[0].use(user, "reads", 10).remaining == 2  # half of the 13 requests in the minute before count


async def test_process_learns_the_minute_before(live: AsyncClient, clock: Clock) -> None:
    clock.freeze(MINUTE)
    user, first, second = uuid.uuid4(), Rates(), Rates()
    for _ in range(10):
        first.use(user, "reads", 10)
    await first.sync()
    clock.advance(60 * SECOND)
    second.use(user, "reads", 10)
    await second.sync()
    assert second.use(user, "reads", 10).is_refused


async def test_counts_are_shared_in_the_background(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.limits.rates.SYNC_SECONDS", 0.01)
    rates = Rates()
    async with rates.syncing(), asyncio.timeout(5):
        rates.use(uuid.uuid4(), "reads", 10)
        while rates._pending:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_users_of_the_past_are_forgotten(clock: Clock) -> None:
    clock.freeze(MINUTE)
    rates = Rates()
    rates.use(uuid.uuid4(), "reads", 10)
    rates.block(7, 60)
    clock.advance(timedelta(minutes=3))
    assert rates.blocked_for(7) <= 0
    assert rates.blocked == {}


def test_counting_costs_microseconds() -> None:
    rates, user = Rates(), uuid.uuid4()
    seconds = min(timeit.repeat(lambda: limit_headers(rates.use(user, "reads", 10**9)), number=1_000, repeat=20))
    assert seconds / 1_000 < 50e-6  # about 3 us on a quiet machine
