"""Browsers that need no code, because their user trusts them."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.core.database.session import transaction
from app.totp import jobs
from app.totp.config import settings
from app.totp.models import TrustedDevice
from app.totp.trusted_devices import COOKIE_NAME, MAX_DEVICES
from tests.auth.events import kinds_of
from tests.auth.riddle import SAME_ORIGIN, log_in
from tests.core.answers import problem
from tests.fixtures import Clock
from tests.totp.examples import trusted_device
from tests.totp.factories import TOTP, App, proved, sign_in_by, user_with_app

DEVICES = f"{TOTP}/devices/"


async def trust(client: AsyncClient, app: App, steps: int = 0) -> None:
    """Sign in by a code, and trust the browser, which is the client with its cookies."""
    assert (await sign_in_by(client, app, app.code(steps))).status_code == 200
    assert (await client.post(DEVICES, headers=SAME_ORIGIN)).status_code == 200


async def test_trusted_browser_needs_no_code(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    assert (await log_in(client, app.user)).status_code == 200
    [device] = (await client.get(DEVICES)).json()["data"]
    assert (device["is_current"], device["ip"]) == (True, "127.0.0.1")
    assert "device_trusted" in await kinds_of(session, app.user)


async def test_removed_device_needs_a_code(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    [device] = (await client.get(DEVICES)).json()["data"]
    path = f"{DEVICES}{device['id']}"
    assert (await client.delete(path, headers=SAME_ORIGIN)).status_code == 200
    assert problem(await client.delete(path, headers=SAME_ORIGIN)) == (404, "NOT_001")
    assert (await log_in(client, app.user)).status_code == 403
    assert "trusted_device_removed" in await kinds_of(session, app.user)


async def test_device_of_another_user_stays(client: AsyncClient, session: AsyncSession) -> None:
    app, other = await user_with_app(session), await user_with_app(session)
    session.add(device := trusted_device(other.user))
    await session.commit()
    headers = await proved(session, app.user)
    assert problem(await client.delete(f"{DEVICES}{device.id}", headers=headers)) == (404, "NOT_001")
    assert (await client.get(DEVICES, headers=headers)).json() == {"data": [], "count": 0}
    assert len((await session.exec(select(TrustedDevice))).all()) == 1


async def test_browser_is_trusted_once(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await trust(client, app)
    await client.post(DEVICES, headers=SAME_ORIGIN)
    assert (await client.get(DEVICES)).json()["count"] == 1


async def test_oldest_device_gives_way(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    devices = [trusted_device(app.user) for _ in range(MAX_DEVICES)]
    session.add_all(devices)
    await session.commit()
    await trust(client, app)
    left = [each["id"] for each in (await client.get(DEVICES)).json()["data"]]
    assert (len(left), str(devices[0].id) in left, str(devices[1].id) in left) == (MAX_DEVICES, False, True)


async def test_setting_can_forbid_trust(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TOTP_TRUSTED_DEVICE_DAYS", 0)
    app = await user_with_app(session)
    headers = await proved(session, app.user)
    assert problem(await client.post(DEVICES, headers=headers)) == (409, "CONF_001")
    assert (await client.get(f"{TOTP}/", headers=headers)).json()["trusted_device_days"] == 0


async def test_invented_cookie_is_not_trusted(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    client.cookies.set(COOKIE_NAME, "made-up")
    assert (await log_in(client, app.user)).status_code == 403


async def test_job_deletes_expired_devices(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    app = await user_with_app(session)
    session.add(trusted_device(app.user))
    await session.commit()
    for days, left in ((29, 1), (2, 0)):
        clock.advance(timedelta(days=days))
        await jobs.delete_old_trust()
        assert len((await session.exec(select(TrustedDevice.id))).all()) == left


async def test_restore_ends_all_trust(client: AsyncClient, session: AsyncSession) -> None:
    apps = [await user_with_app(session) for _ in range(2)]
    session.add_all(trusted_device(app.user) for app in apps)
    await session.commit()
    async with transaction() as own:
        await auth_crud.end_all_access(session=own)
    assert (await session.exec(select(TrustedDevice.id))).all() == []


async def test_no_cookie_costs_no_statement(client: AsyncClient, session: AsyncSession, statements: list[str]) -> None:
    app = await user_with_app(session)
    await log_in(client, app.user)
    assert not [each for each in statements if "trusted_devices" in each]
