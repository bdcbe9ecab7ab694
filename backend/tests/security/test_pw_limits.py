"""Guessing passwords is slow, without locking the owner out (PW-12..15, PW-17)."""

import asyncio
from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.cookies import DEVICE_COOKIE_NAME
from app.auth.known_devices import KnownDevice, account_of, decode_device
from app.core.database import session as db
from app.core.limits.failures import FREE_FROM_ANYWHERE
from app.core.limits.stores import stores
from app.core.settings import settings
from tests.auth.mailbox import EMAIL, NEW_PASSWORD
from tests.core.answers import problem
from tests.core.limits import NETWORK, OTHER_NETWORK, client_from
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

API = "/api/v1"
TOKEN, SESSION = f"{API}/login/access-token", f"{API}/login/session"
UNKNOWN = "nobody@example.com"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
MAX_WAIT = 15 * 60
WRONG = "a wrong password"


@pytest.fixture
def many_requests(limits: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only failures are limited, not requests."""
    monkeypatch.setattr(settings, "RATE_LIMIT_SIGN_IN", 10_000)


async def sign_in(address: str, password: str = WRONG, email: str = EMAIL, **cookies: str) -> Response:
    """Sign in to the dashboard from this network."""
    async with client_from(address, cookies=cookies, headers=SAME_ORIGIN) as client:
        return await client.post(SESSION, json={"email": email, "password": password})


def refused(response: Response) -> int | None:
    """The seconds to wait, or None if the request was not refused by a limit."""
    if response.status_code != 429:
        return None
    assert problem(response) == (429, "RATE_001")
    return int(response.headers["retry-after"])


async def fail(times: int, address: str = NETWORK, email: str = EMAIL) -> None:
    for _ in range(times):
        assert problem(await sign_in(address, email=email)) == (400, "AUTH_003")


async def fail_everywhere(clock: Clock) -> None:
    """Fail as often as is free, each time from another network and long after the last time."""
    clock.freeze()  # from the start: the time to wait is counted from the last failure
    for number in range(FREE_FROM_ANYWHERE):
        clock.advance(timedelta(hours=7))
        await fail(1, f"192.0.2.{number}")


@pytest.mark.usefixtures("many_requests")
@pytest.mark.parametrize("email", [EMAIL, UNKNOWN])
async def test_pw12_wrong_passwords_slow_an_account_down(
    client: AsyncClient, session: AsyncSession, clock: Clock, email: str
) -> None:
    """An address without an account behaves the same."""
    await create_user(session, email=EMAIL)
    clock.freeze()
    await fail(5, email=email)
    waits = []
    for _ in range(7):
        wait = refused(await sign_in(NETWORK, email=email))
        assert wait is not None
        waits.append(wait)
        clock.advance(timedelta(seconds=wait))
        await fail(1, email=email)
    assert waits == [30, 60, 120, 240, 480, MAX_WAIT, MAX_WAIT]


@pytest.mark.usefixtures("many_requests")
async def test_pw12_right_password_must_wait_too(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    await create_user(session, email=EMAIL)
    clock.freeze()
    await fail(5)
    response = await sign_in(NETWORK, PASSWORD)
    assert refused(response) == 30
    assert response.json()["detail"] == "Too many requests. Try again in 30 seconds."
    clock.advance(timedelta(seconds=30))
    assert (await sign_in(NETWORK, PASSWORD)).status_code == 200
    await fail(4)


@pytest.mark.usefixtures("many_requests")
async def test_pw12_hundred_failures_are_never_free(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    """Neither from many networks nor over a long time."""
    await create_user(session, email=EMAIL)
    await fail_everywhere(clock)
    assert FREE_FROM_ANYWHERE < 100
    for wait in (30, 60):
        assert refused(await sign_in(NETWORK)) == wait
        clock.advance(timedelta(seconds=wait))
        await fail(1, OTHER_NETWORK)


@pytest.mark.usefixtures("many_requests")
async def test_pw12_failures_are_counted_despite_the_rollback(live: AsyncClient) -> None:
    responses = await asyncio.gather(*(sign_in(NETWORK) for _ in range(12)))
    assert sorted(response.status_code for response in responses) == [400] * 5 + [429] * 7


@pytest.mark.usefixtures("limits")
async def test_pw13_network_has_five_attempts_a_minute(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    clock.freeze()
    for number in range(5):
        response = await sign_in(NETWORK, email=f"user-{number}@example.com")
        assert response.headers["ratelimit-policy"] == '"sign-in";q=5;w=60'
        assert response.headers["ratelimit"] == f'"sign-in";r={4 - number};t=60'
        assert "retry-after" not in response.headers
    response = await sign_in(NETWORK, email="another@example.com")
    assert (refused(response), response.headers["ratelimit"]) == (60, '"sign-in";r=0;t=60')
    clock.advance(timedelta(seconds=60))
    await fail(1)


@pytest.mark.usefixtures("limits")
async def test_pw13_success_does_not_clear_the_network(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email="attacker@example.com")
    await fail(3)
    own = await sign_in(NETWORK, PASSWORD, "attacker@example.com")
    assert own.status_code == 200
    await fail(1)
    assert refused(await sign_in(NETWORK))
    # The device of the attacker's own account counts as the network for another account.
    assert refused(await sign_in(NETWORK, **{DEVICE_COOKIE_NAME: own.cookies[DEVICE_COOKIE_NAME]}))


@pytest.mark.usefixtures("limits")
async def test_pw13_endpoints_share_the_limit(client: AsyncClient) -> None:
    async with client_from(NETWORK) as stranger:
        await stranger.post(TOKEN, data={"username": EMAIL, "password": WRONG})
        await stranger.post(f"{API}/users/signup", json={"email": EMAIL, "password": "x"})
        await stranger.post(f"{API}/password-recovery/{EMAIL}")
        await stranger.post(f"{API}/reset-password/", json={"token": "x", "new_password": NEW_PASSWORD})
        await stranger.post(SESSION, json={})
        responses = [
            await stranger.post(TOKEN, data={"username": EMAIL, "password": WRONG}),
            await stranger.post(f"{API}/users/signup", json={"email": EMAIL, "password": PASSWORD}),
            await stranger.post(f"{API}/password-recovery/{EMAIL}"),
            await stranger.post(f"{API}/reset-password/", json={"token": "x", "new_password": NEW_PASSWORD}),
            await stranger.post(SESSION, json={"email": EMAIL, "password": PASSWORD}),
        ]
    assert [refused(response) is not None for response in responses] == [True] * 5


@pytest.mark.usefixtures("limits")
async def test_pw13_concurrent_attempts_cannot_exceed_the_limit(live: AsyncClient) -> None:
    responses = await asyncio.gather(*(sign_in(NETWORK, email=f"{n}@example.com") for n in range(20)))
    assert sorted(response.status_code for response in responses) == [400] * 5 + [429] * 15


@pytest.mark.usefixtures("limits")
async def test_pw14_forged_headers_do_not_evade_the_limit(client: AsyncClient) -> None:
    async with client_from(NETWORK) as stranger:
        statuses = []
        for number in range(6):
            forged = f"192.0.2.{number}"
            headers = {"X-Forwarded-For": forged, "Forwarded": f"for={forged}", "X-Real-IP": forged}
            form = {"username": f"{number}@example.com", "password": WRONG}
            statuses.append((await stranger.post(TOKEN, data=form, headers=headers)).status_code)
    assert statuses == [400] * 5 + [429]


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize(
    "addresses",
    [
        ["2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff"],
        [NETWORK, f"::ffff:{NETWORK}"],
    ],
)
async def test_pw14_addresses_of_one_network_share_the_limit(client: AsyncClient, addresses: list[str]) -> None:
    one, other = addresses
    for number in range(5):
        await fail(1, one, f"{number}@example.com")
    assert refused(await sign_in(other))
    await fail(1, "2001:db8:0:2::1")


@pytest.mark.usefixtures("many_requests")
async def test_pw15_other_network_still_gets_in(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email=EMAIL)
    await fail(5)
    assert refused(await sign_in(NETWORK))
    assert (await sign_in(OTHER_NETWORK, PASSWORD)).status_code == 200


@pytest.mark.usefixtures("limits")
async def test_pw15_known_device_is_not_held_back(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email=EMAIL)
    cookies = dict((await sign_in(OTHER_NETWORK, PASSWORD)).cookies)
    await fail(5)
    assert refused(await sign_in(NETWORK))
    assert (await sign_in(NETWORK, PASSWORD, **cookies)).status_code == 200


@pytest.mark.usefixtures("many_requests")
async def test_pw15_known_device_gets_in_after_failures_anywhere(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    cookies = dict((await sign_in(NETWORK, PASSWORD)).cookies)
    await fail_everywhere(clock)
    assert refused(await sign_in(OTHER_NETWORK, PASSWORD))
    assert (await sign_in(NETWORK, PASSWORD, **cookies)).status_code == 200


@pytest.mark.usefixtures("many_requests")
async def test_pw15_device_is_slowed_down_itself(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email=EMAIL)
    cookies = dict((await sign_in(NETWORK, PASSWORD)).cookies)
    responses = [await sign_in(NETWORK, **cookies) for _ in range(6)]
    assert [response.status_code for response in responses] == [400] * 5 + [429]


def test_pw15_device_belongs_to_its_account() -> None:
    cookie = KnownDevice.new(EMAIL).encode()
    device = decode_device(cookie)
    assert device is not None
    assert device.account == account_of(EMAIL) != account_of(UNKNOWN)
    assert EMAIL.partition("@")[2] not in cookie
    stolen = cookie.replace(device.account, account_of(UNKNOWN))
    for forged in (stolen, cookie[:-1] + ("0" if cookie[-1] != "0" else "1"), cookie + "0", "", "x" * 4_000, None):
        assert decode_device(forged) is None


async def test_pw15_device_cookie_is_hidden_from_scripts(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email=EMAIL)
    response = await sign_in(NETWORK, PASSWORD)
    [header] = [value for value in response.headers.get_list("set-cookie") if value.startswith(DEVICE_COOKIE_NAME)]
    assert {"HttpOnly", "SameSite=lax", "Path=/api"} <= set(header.split("; "))


async def test_pw17_local_limit_replaces_a_broken_store(live: AsyncClient, limits: dict[str, int]) -> None:
    async with db.WriteSession() as session:
        await create_user(session, email=EMAIL)
        for table in ("rate_windows", "failed_attempts", "minute_counts"):
            await (await session.connection()).execute(text(f"DROP TABLE {table}"))
        await session.commit()
    assert (await sign_in(NETWORK, PASSWORD)).status_code == 200
    await fail(4)
    assert refused(await sign_in(NETWORK))
    await fail(1, OTHER_NETWORK)
    stores.left_out_until.clear()
