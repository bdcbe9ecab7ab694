"""Access tokens are short, and refresh tokens work once (SE-01, SE-07..SE-10)."""

import asyncio
import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.config import AuthSettings
from app.auth.events import RefreshTokenReused
from app.auth.refresh_tokens import GRACE
from app.core import events
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.security.signed_tokens import ACCESS, decode_token
from app.core.settings import settings
from tests.auth.events import kinds_of
from tests.auth.refreshing import LOGIN, ME, SAME_ORIGIN, by_body, by_cookie, log_in, pair
from tests.core.answers import problem
from tests.core.limits import client_from
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

REFUSED = (401, "AUTH_001")


async def is_open(client: AsyncClient, token: str) -> bool:
    return (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).status_code == 200


@pytest.fixture
def reuses() -> Iterator[list[RefreshTokenReused]]:
    """The events since the test began."""
    seen: list[RefreshTokenReused] = []

    async def note(_session: AsyncSession, event: RefreshTokenReused) -> None:
        seen.append(event)

    events.listens_to(RefreshTokenReused)(note)
    yield seen
    events._listeners[RefreshTokenReused].remove(note)


def test_se01_lifetimes_are_short() -> None:
    own = AuthSettings(_env_file=None, _secrets_dir=())
    assert own.access_token_lifetime <= timedelta(minutes=15)
    assert own.refresh_idle_lifetime <= timedelta(days=14)
    assert own.session_lifetime <= timedelta(days=30)


@pytest.mark.parametrize("name", ["ACCESS_TOKEN_EXPIRE_MINUTES", "REFRESH_TOKEN_IDLE_DAYS", "REFRESH_TOKEN_DAYS"])
def test_se01_a_session_cannot_last_forever(name: str) -> None:
    for value in (0, 100_000):
        with pytest.raises(ValidationError):
            AuthSettings.model_validate({name: value})


async def test_se01_each_access_token_is_short(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    tokens = await pair(client, user)
    again = (await by_body(client, tokens["refresh_token"])).json()
    await log_in(client, user)
    for token in (tokens["access_token"], again["access_token"], client.cookies["session"]):
        assert decode_token(ACCESS, token)["exp"] - utc_now().timestamp() <= 15 * 60


async def test_se07_each_use_replaces_the_token(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    tokens = [(await pair(client, await create_user(session)))["refresh_token"]]
    for _ in range(3):
        tokens.append((await by_body(client, tokens[-1])).json()["refresh_token"])
    assert len(set(tokens)) == 4
    clock.advance(GRACE)
    assert problem(await by_body(client, tokens[-2])) == REFUSED


@pytest.mark.parametrize("age", [1, 3])
async def test_se08_reuse_ends_the_session(
    client: AsyncClient, session: AsyncSession, clock: Clock, reuses: list[RefreshTokenReused], age: int
) -> None:
    """However long ago the token was replaced."""
    user = await create_user(session)
    first = await pair(client, user)
    bystander = await pair(client, user)
    latest = first
    for _ in range(age):
        latest = (await by_body(client, latest["refresh_token"])).json()
    clock.advance(GRACE)
    assert problem(await by_body(client, first["refresh_token"])) == REFUSED
    assert not await is_open(client, latest["access_token"])
    assert problem(await by_body(client, latest["refresh_token"])) == REFUSED
    assert await is_open(client, bystander["access_token"])
    [event] = reuses
    assert (event.user_id, str(event.session_id)) == (user.id, decode_token(ACCESS, first["access_token"])["sid"])
    assert (await kinds_of(session, user))[-1] == "refresh_token_reused"


async def test_se08_reuse_of_a_cookie_ends_the_session(
    client: AsyncClient, session: AsyncSession, clock: Clock, reuses: list[RefreshTokenReused]
) -> None:
    await log_in(client, await create_user(session))
    stolen = client.cookies["refresh"]
    await by_cookie(client)
    clock.advance(GRACE)
    assert problem(await by_body(client, stolen)) == REFUSED
    assert problem(await client.get(ME)) == REFUSED
    assert problem(await by_cookie(client)) == REFUSED
    assert len(reuses) == 1


async def test_se08_concurrent_reuse_is_one_event(
    live: AsyncClient, clock: Clock, reuses: list[RefreshTokenReused]
) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
        await session.commit()
    tokens = await pair(live, user)
    await by_body(live, tokens["refresh_token"])
    clock.advance(GRACE)
    responses = await asyncio.gather(*(by_body(live, tokens["refresh_token"]) for _ in range(6)))
    assert {problem(response) for response in responses} == {REFUSED}
    assert len(reuses) == 1


async def test_se08_made_up_token_ends_no_session(client: AsyncClient, session: AsyncSession) -> None:
    """Somebody who knows the id of a session cannot end it."""
    tokens = await pair(client, await create_user(session))
    known = base64.urlsafe_b64decode(tokens["refresh_token"] + "==")[:16]
    assert problem(await by_body(client, base64.urlsafe_b64encode(known + bytes(48)).rstrip(b"=").decode())) == REFUSED
    assert (await by_body(client, tokens["refresh_token"])).status_code == 200


async def test_se08_ended_session_is_not_reuse(
    client: AsyncClient, session: AsyncSession, clock: Clock, reuses: list[RefreshTokenReused]
) -> None:
    tokens = await pair(client, await create_user(session))
    clock.advance(timedelta(days=7))
    assert problem(await by_body(client, tokens["refresh_token"])) == REFUSED
    assert reuses == []


async def test_se09_concurrent_refreshes_get_one_successor(live: AsyncClient, reuses: list[RefreshTokenReused]) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
        await session.commit()
    token = (await pair(live, user))["refresh_token"]
    for _ in range(3):
        responses = await asyncio.gather(*(by_body(live, token) for _ in range(12)))
        assert [response.status_code for response in responses] == [200] * 12
        [token] = {response.json()["refresh_token"] for response in responses}
        assert all([await is_open(live, response.json()["access_token"]) for response in responses[:2]])
    async with db.WriteSession() as session:
        assert (await session.exec(text("SELECT count(*) FROM refresh_tokens"))).scalar_one() == 1  # type: ignore[call-overload]
    assert reuses == []


async def test_se09_refresh_is_one_statement(client: AsyncClient, session: AsyncSession, statements: list[str]) -> None:
    tokens = await pair(client, await create_user(session))
    for _ in range(2):  # the first use, and a repeated one
        statements.clear()
        assert (await by_body(client, tokens["refresh_token"])).status_code == 200
        assert [each.split()[:2] for each in statements] == [["UPDATE", "refresh_tokens"]]


async def test_se09_late_response_gets_the_same_successor(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    tokens = await pair(client, await create_user(session))
    first = (await by_body(client, tokens["refresh_token"])).json()
    clock.advance(GRACE - timedelta(seconds=1))
    again = (await by_body(client, tokens["refresh_token"])).json()
    assert again["refresh_token"] == first["refresh_token"]
    clock.advance(timedelta(seconds=1))  # the grace began with the first use
    assert problem(await by_body(client, tokens["refresh_token"])) == REFUSED


@pytest.mark.usefixtures("limits")
async def test_se09_many_tabs_are_within_the_limits(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session)
        await session.commit()
    await log_in(live, user)
    responses = await asyncio.gather(*(by_cookie(live) for _ in range(20)))
    assert [response.status_code for response in responses] == [204] * 20
    body = {"email": user.email, "password": PASSWORD}
    assert (await live.post(LOGIN, headers=SAME_ORIGIN, json=body)).status_code == 200


async def test_se09_refresh_has_a_limit_of_its_session(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "RATE_LIMIT_WRITES", 3)
    user = await create_user(session)
    one, other = [(await pair(client, user))["refresh_token"] for _ in range(2)]
    for _ in range(3):
        one = (await by_body(client, one)).json()["refresh_token"]
    assert problem(await by_body(client, one)) == (429, "RATE_001")
    assert (await by_body(client, other)).status_code == 200


@pytest.mark.usefixtures("limits")
async def test_se09_made_up_tokens_count_by_network(client: AsyncClient) -> None:
    async with client_from("203.0.113.205") as stranger:
        statuses = [(await by_body(stranger, "made up")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


async def test_se10_only_hashes_are_stored(client: AsyncClient, session: AsyncSession) -> None:
    tokens = [(await pair(client, await create_user(session)))["refresh_token"]]
    tokens.append((await by_body(client, tokens[0])).json()["refresh_token"])
    stored = str((await session.exec(text("SELECT * FROM refresh_tokens"))).mappings().all())  # type: ignore[call-overload]
    for token in tokens:
        raw = base64.urlsafe_b64decode(token + "==")
        assert len(raw[16:48]) * 8 == 256
        assert token not in stored
        assert repr(raw[16:48])[2:-1] not in stored


async def test_se10_token_belongs_to_its_session(client: AsyncClient, session: AsyncSession) -> None:
    """A secret with the id of another session is refused, and neither session ends."""
    user = await create_user(session)
    own, other = [base64.urlsafe_b64decode((await pair(client, user))["refresh_token"] + "==") for _ in range(2)]
    mixed = base64.urlsafe_b64encode(other[:16] + own[16:]).rstrip(b"=").decode()
    assert problem(await by_body(client, mixed)) == REFUSED
    for each in (own, other):
        assert (await by_body(client, base64.urlsafe_b64encode(each).rstrip(b"=").decode())).status_code == 200
