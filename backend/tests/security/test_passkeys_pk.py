"""Passkeys prove who a user is, once for each challenge, at the dashboard's own address (PK-01 to PK-05)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.database import session as db
from app.core.settings import settings as core_settings
from app.passkeys import service
from app.passkeys.config import PasskeysSettings, settings
from app.passkeys.models import Passkey, PasskeyUse
from tests.auth.events import kinds_of
from tests.auth.factories import sign_in, signed_in_user
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.passkeys.authenticator import PRESENT, VERIFIED, Authenticator, decoded, encoded
from tests.passkeys.factories import (
    PASSKEYS,
    SAME_ORIGIN,
    SIGN_IN,
    V1,
    add,
    create_passkey,
    proven,
    sign_in_options,
    sign_in_with,
    start,
    user_with_passkey,
)
from tests.users.factories import PASSWORD, create_user

OVER, ENDED = (401, "AUTH_CHALLENGE_EXPIRED"), (409, "CONF_001")


async def answer(client: AsyncClient, token: str, credential: str) -> Response:
    return await client.post(SIGN_IN, headers=SAME_ORIGIN, json={"token": token, "credential": credential})


async def sessions(session: AsyncSession) -> int:
    return (await session.exec(select(func.count()).select_from(UserSession))).one()


# PK-01: challenges


async def test_pk01_challenge_is_random_and_long(client: AsyncClient) -> None:
    challenges = {(await sign_in_options(client))["options"]["challenge"] for _ in range(20)}
    assert len(challenges) == 20
    assert {len(decoded(each)) for each in challenges} == {32}


async def test_pk01_assertion_works_once(client: AsyncClient, session: AsyncSession) -> None:
    _, _, device = await user_with_passkey(session)
    device.sign_count = 0  # the counter does not help
    started = await sign_in_options(client)
    credential = device.sign(started["options"])
    assert (await answer(client, started["token"], credential)).status_code == 200
    assert problem(await answer(client, started["token"], credential)) == OVER
    other = await sign_in_options(client)
    assert problem(await answer(client, other["token"], credential)) == OVER


async def test_pk01_one_of_concurrent_answers_counts(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        _, _, device = await user_with_passkey(session)
    device.sign_count = 0
    started = await sign_in_options(live)
    credential = device.sign(started["options"])
    responses = await asyncio.gather(*(answer(live, started["token"], credential) for _ in range(4)))
    assert sorted(each.status_code for each in responses) == [200, 401, 401, 401]


async def test_pk01_failed_answer_uses_the_challenge(client: AsyncClient, session: AsyncSession) -> None:
    _, _, device = await user_with_passkey(session)
    started = await sign_in_options(client)
    assert problem(await answer(client, started["token"], "{}")) == OVER
    assert problem(await answer(client, started["token"], device.sign(started["options"]))) == OVER


async def test_pk01_challenge_lives_five_minutes(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    _, _, device = await user_with_passkey(session)
    user, headers = await signed_in_user(session)
    started, added = await sign_in_options(client), await start(client, headers)
    clock.advance(timedelta(minutes=5))
    assert problem(await answer(client, started["token"], device.sign(started["options"]))) == OVER
    body = {"token": added["token"], "name": "Laptop", "credential": Authenticator().create(added["options"])}
    assert problem(await client.post(PASSKEYS, headers=headers, json=body)) == ENDED
    assert user.id


async def test_pk01_registration_is_bound_to_the_session(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other, (_, stranger) = await sign_in(session, user), await signed_in_user(session)
    started = await start(client, headers)
    body = {"token": started["token"], "name": "Laptop", "credential": Authenticator().create(started["options"])}
    for sender in (other, stranger):
        assert problem(await client.post(PASSKEYS, headers=sender, json=body)) == ENDED
    assert (await client.post(PASSKEYS, headers=headers, json=body)).status_code == 200
    assert problem(await client.post(PASSKEYS, headers=headers, json=body)) == ENDED


async def test_pk01_token_of_another_use_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    headers = await proven(session, user)
    registration, sign_in_ = await start(client, headers), await sign_in_options(client)
    assert problem(await answer(client, registration["token"], device.sign(registration["options"]))) == OVER
    options = {**registration["options"], "challenge": sign_in_["options"]["challenge"]}
    body = {"token": sign_in_["token"], "name": "Laptop", "credential": Authenticator().create(options)}
    assert problem(await client.post(PASSKEYS, headers=headers, json=body)) == ENDED


@pytest.mark.parametrize("change", ["nonce", "expiry", "signature", "none", "garbage"])
async def test_pk01_forged_token_is_refused(client: AsyncClient, session: AsyncSession, change: str) -> None:
    _, _, device = await user_with_passkey(session)
    started = await sign_in_options(client)
    nonce, expiry, signature = started["token"].split(".")
    token = {
        "nonce": f"{'0' * 64}.{expiry}.{signature}",
        "expiry": f"{nonce}.{int(expiry) + 60}.{signature}",
        "signature": f"{nonce}.{expiry}.{'0' * 64}",
        "none": f"{nonce}.{expiry}.",
        "garbage": "é" * 100,
    }[change]
    assert problem(await answer(client, token, device.sign(started["options"]))) == OVER


# PK-02: what the device signs


async def refused(client: AsyncClient, device: Authenticator, **changes: Any) -> dict[str, Any]:
    response = await sign_in_with(client, device, **changes)
    assert problem(response) == OVER
    assert "set-cookie" not in response.headers
    document = dict(response.json())
    del document["request_id"]
    return document


async def test_pk02_each_failure_has_one_response(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    inactive, _, of_inactive = await user_with_passkey(session, is_active=False)
    stranger, _, _ = await user_with_passkey(session)
    documents = [
        await refused(client, Authenticator(user_handle=user.id.bytes)),
        await refused(client, of_inactive),
        await refused(client, device, userHandle=encoded(stranger.id.bytes)),
        await refused(client, device, userHandle=None),
        await refused(client, device, signature=encoded(bytes(70))),
    ]
    for name, value in (
        ("origin", "http://localhost:8001"),
        ("origin", "https://localhost:8000"),
        ("origin", "http://localhost:8000.evil.com"),
        ("rp_id", "evil.com"),
        ("flags", PRESENT),
        ("flags", VERIFIED),
    ):
        right = getattr(device, name)
        setattr(device, name, value)
        documents.append(await refused(client, device))
        setattr(device, name, right)
    assert all(each == documents[0] for each in documents)
    assert await sessions(session) == 0
    assert (await sign_in_with(client, device)).status_code == 200
    assert inactive.id


async def test_pk02_registration_has_the_same_checks(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    for changes in ({"origin": "http://localhost:8001"}, {"rp_id": "evil.com"}, {"flags": PRESENT}):
        response = await add(client, headers, Authenticator(**changes))
        assert (problem(response), fields(response)) == ((422, "VAL_001"), ["credential"])
    assert (await session.exec(select(Passkey))).all() == []


@pytest.mark.parametrize(("stored", "sent"), [(5, 5), (5, 4), (5, 0)])
async def test_pk02_counter_that_goes_back_is_recorded(
    client: AsyncClient, session: AsyncSession, stored: int, sent: int
) -> None:
    user, passkey, device = await user_with_passkey(session)
    use = await session.get_one(PasskeyUse, passkey.id)
    use.sign_count, device.sign_count = stored, sent
    await session.commit()
    await refused(client, device)
    assert await kinds_of(session, user) == ["passkey_counter_regressed"]


async def test_pk02_counter_counts_only_with_a_signature(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, device = await user_with_passkey(session)
    use = await session.get_one(PasskeyUse, passkey.id)
    use.sign_count = 5
    await session.commit()
    await refused(client, device, signature=encoded(bytes(70)))
    assert await kinds_of(session, user) == []


async def test_pk02_device_without_a_counter_signs_in(client: AsyncClient, session: AsyncSession) -> None:
    _, _, device = await user_with_passkey(session)
    device.sign_count = 0
    for _ in range(2):
        assert (await sign_in_with(client, device)).status_code == 200


async def test_pk02_every_origin_of_the_domain_works(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    origins = ["https://admin.example.com", "https://example.com.evil.com", "https://evilexample.com"]
    monkeypatch.setattr(core_settings, "FRONTEND_URL", "https://app.example.com")
    monkeypatch.setattr(core_settings, "BACKEND_CORS_ORIGINS", origins)
    monkeypatch.setattr(settings, "PASSKEY_RP_ID", "example.com")
    _, _, device = await user_with_passkey(session)
    device.rp_id = "example.com"
    statuses = []
    for device.origin in ("https://app.example.com", *origins, "https://other.example.com"):
        statuses.append((await sign_in_with(client, device)).status_code)
    assert statuses == [200, 200, 401, 401, 401]


def test_pk02_domain_belongs_to_the_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_settings, "FRONTEND_URL", "https://app.example.com:8443")
    read: dict[str, Any] = {"_env_file": None, "_secrets_dir": ()}
    assert PasskeysSettings(**read).rp_id == "app.example.com"
    assert PasskeysSettings(**read, PASSKEY_RP_ID="example.com").rp_id == "example.com"
    for other in ("evil.com", "ple.com", "x.app.example.com", "https://example.com", "EXAMPLE.com"):
        with pytest.raises(ValueError, match="PASSKEY_RP_ID"):
            PasskeysSettings(**read, PASSKEY_RP_ID=other)


# PK-03: whose passkeys


async def test_pk03_credential_belongs_to_one_user(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    _, headers = await signed_in_user(session)
    response = await add(client, headers, device)
    assert problem(response) == (409, "DUP_001")
    device.user_handle = user.id.bytes
    assert (await sign_in_with(client, device)).json()["id"] == str(user.id)


async def test_pk03_user_has_ten_at_most(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    for _ in range(service.MAX_PASSKEYS - 1):
        await create_passkey(session, user)
    headers = await proven(session, user)
    started = await start(client, headers)
    assert (await add(client, headers, Authenticator())).status_code == 200
    assert problem(await client.post(f"{PASSKEYS}registration", headers=headers)) == (409, "CONF_001")
    body = {"token": started["token"], "name": "Laptop", "credential": Authenticator().create(started["options"])}
    assert problem(await client.post(PASSKEYS, headers=headers, json=body)) == (409, "CONF_001")
    assert service.MAX_PASSKEYS == 10


async def test_pk03_passkeys_go_with_the_account(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    await session.delete(user)
    await session.commit()
    assert problem(await sign_in_with(client, device)) == OVER
    for table in (Passkey, PasskeyUse):
        assert (await session.exec(select(func.count()).select_from(table))).one() == 0


# PK-04 and PK-05


async def test_pk04_options_reveal_no_account(client: AsyncClient, session: AsyncSession) -> None:
    """They depend on nothing that the request says."""
    without = (await sign_in_options(client))["options"]
    user, _, _ = await user_with_passkey(session)
    asked = await client.get(f"{SIGN_IN}/options", params={"email": user.email, "user_id": str(user.id)})
    options = asked.json()["options"]
    for each in (without, options):
        assert each["allowCredentials"] == []
        assert each.pop("challenge")
    assert without == options


async def test_pk05_password_stays_after_the_last_passkey(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, _ = await user_with_passkey(session)
    assert (await client.delete(f"{PASSKEYS}{passkey.id}", headers=await proven(session, user))).status_code == 200
    response = await client.post(
        f"{V1}/login/session", headers=SAME_ORIGIN, json={"email": user.email, "password": PASSWORD}
    )
    assert response.status_code == 200
