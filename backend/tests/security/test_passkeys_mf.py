"""A passkey as the second factor (MF-01, MF-03, MF-04, MF-06, MF-07, MF-10)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.core.clock import utc_now
from app.core.database import session as db
from app.passkeys.models import PasskeyUse
from app.users.models import User
from tests.auth.events import kinds_of
from tests.auth.factories import Headers, sign_in, signed_in_user
from tests.core.answers import fields, problem
from tests.passkeys.authenticator import PRESENT, Authenticator, encoded
from tests.passkeys.factories import (
    PASSKEYS,
    SAME_ORIGIN,
    SIGN_IN,
    V1,
    add,
    create_passkey,
    proven,
    sign_in_options,
    user_with_passkey,
)
from tests.users.factories import PASSWORD

WRONG, OVER = (400, "AUTH_003"), (401, "AUTH_CHALLENGE_EXPIRED")
PROVE = (403, "AUTH_REAUTHENTICATION_REQUIRED")


async def challenge(client: AsyncClient, user: User, way: str = "session") -> dict[str, Any]:
    """Sign in by password, and return the challenge."""
    if way == "session":
        body = {"email": user.email, "password": PASSWORD}
        response = await client.post(f"{V1}/login/session", headers=SAME_ORIGIN, json=body)
    else:
        form = {"username": user.email, "password": PASSWORD}
        response = await client.post(f"{V1}/login/access-token", data=form)
    assert problem(response) == (403, "AUTH_MFA_REQUIRED")
    assert "set-cookie" not in response.headers
    found = dict(response.json()["challenge"])
    assert found["kinds"].keys() == {"passkeys"}
    return found


def signed(started: dict[str, Any], device: Authenticator, **changes: Any) -> dict[str, str]:
    """Return the answer of the device to a challenge."""
    credential = device.sign(started["kinds"]["passkeys"]["options"], **changes)
    return {"token": started["token"], "kind": "passkeys", "answer": credential}


async def answer(client: AsyncClient, body: dict[str, str], way: str = "session") -> Response:
    path = {"session": "/login/challenge", "access-token": "/login/access-token/challenge"}[way]
    return await client.post(f"{V1}{path}", headers=SAME_ORIGIN, json=body)


async def prove(client: AsyncClient, headers: Headers, device: Authenticator) -> Response:
    """Prove the session's user again by their passkey."""
    started = (await client.post(f"{V1}/login/reauthenticate/challenge", headers=headers)).json()
    body = {"challenge": signed(started, device)}
    return await client.post(f"{V1}/login/reauthenticate", headers=headers, json=body)


@pytest.mark.parametrize("way", ["session", "access-token"])
async def test_mf01_mf10_password_needs_the_passkey(client: AsyncClient, session: AsyncSession, way: str) -> None:
    user, _, device = await user_with_passkey(session)
    started = await challenge(client, user, way)
    assert (await session.exec(select(UserSession))).all() == []
    assert (await answer(client, signed(started, device), way)).status_code == 200
    [found] = (await session.exec(select(UserSession))).all()
    assert (found.user_id, found.factor) == (user.id, "passkeys")


async def test_mf01_options_name_the_users_passkeys(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, device = await user_with_passkey(session)
    await user_with_passkey(session)
    options = (await challenge(client, user))["kinds"]["passkeys"]["options"]
    [allowed] = options["allowCredentials"]
    assert (allowed["transports"], options["userVerification"]) == (["internal"], "required")
    assert allowed["id"] == passkey.credential_id == encoded(device.credential_id)


async def test_mf03_five_wrong_answers_end_the_challenge(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    started = await challenge(client, user)
    for changes in ({"signature": "AAAA"}, {"clientDataJSON": "e30"}, {"authenticatorData": "AAAA"}, {"userHandle": 1}):
        response = await answer(client, signed(started, device, **changes))
        assert (problem(response), fields(response)) == (WRONG, ["answer"])
    assert problem(await answer(client, {**signed(started, device), "answer": "[" * 4_000})) == WRONG
    assert problem(await answer(client, signed(started, device))) == OVER


async def test_mf03_device_of_another_user_is_wrong(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    stranger, _, other = await user_with_passkey(session)
    started = await challenge(client, user)
    assert problem(await answer(client, signed(started, other))) == WRONG
    other.user_handle = user.id.bytes
    assert problem(await answer(client, signed(started, other))) == WRONG
    device.user_handle = stranger.id.bytes
    assert problem(await answer(client, signed(started, device))) == WRONG
    device.user_handle = None  # not every device returns it, if the options name the passkeys
    assert (await answer(client, signed(started, device))).status_code == 200


@pytest.mark.parametrize("change", [{"origin": "http://evil.com"}, {"rp_id": "evil.com"}, {"flags": PRESENT}])
async def test_mf03_wrong_place_or_unverified_user_fails(
    client: AsyncClient, session: AsyncSession, change: dict[str, Any]
) -> None:
    user, _, device = await user_with_passkey(session)
    for name, value in change.items():
        setattr(device, name, value)
    assert problem(await answer(client, signed(await challenge(client, user), device))) == WRONG


async def test_mf04_signature_counts_for_its_challenge_once(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    device.sign_count = 0
    first, second = await challenge(client, user), await challenge(client, user)
    body = signed(first, device)
    assert problem(await answer(client, {**body, "token": second["token"]})) == WRONG
    assert (await answer(client, body)).status_code == 200
    assert problem(await answer(client, body)) == OVER
    assert problem(await answer(client, signed(second, device), "access-token")) == OVER


async def test_mf04_sign_in_without_typing_needs_its_own(client: AsyncClient, session: AsyncSession) -> None:
    user, _, device = await user_with_passkey(session)
    started, own = await challenge(client, user), await sign_in_options(client)
    body = {"token": started["token"], "credential": signed(started, device)["answer"]}
    assert problem(await client.post(SIGN_IN, headers=SAME_ORIGIN, json=body)) == OVER
    credential = device.sign(own["options"])
    assert problem(await answer(client, {"token": own["token"], "kind": "passkeys", "answer": credential})) == OVER


async def test_mf04_one_of_concurrent_answers_signs_in(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user, _, device = await user_with_passkey(session)
    device.sign_count = 0
    body = signed(await challenge(live, user), device)
    responses = await asyncio.gather(*(answer(live, body) for _ in range(4)))
    assert sorted(each.status_code for each in responses) == [200, 401, 401, 401]


async def test_mf04_counter_that_goes_back_is_recorded(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, device = await user_with_passkey(session)
    (await session.get_one(PasskeyUse, passkey.id)).sign_count = 9
    await session.commit()
    assert problem(await answer(client, signed(await challenge(client, user), device))) == WRONG
    assert await kinds_of(session, user) == ["passkey_counter_regressed"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "registration"), ("POST", ""), ("DELETE", "0198a000-0000-7000-8000-000000000001")]
)
async def test_mf06_changes_need_a_recent_passkey(
    client: AsyncClient, session: AsyncSession, method: str, path: str
) -> None:
    user, _, device = await user_with_passkey(session)
    body = {"token": "", "name": "Laptop", "credential": ""}
    by_password = await sign_in(session, user)
    old = await sign_in(session, user, factor="passkeys", authenticated_at=utc_now() - timedelta(hours=1))
    for headers, by_factor in ((by_password, True), (old, False)):
        refused = await client.request(method, f"{PASSKEYS}{path}", headers=headers, json=body)
        assert (problem(refused), refused.json()["needs_factor"]) == (PROVE, by_factor)
        assert (await prove(client, headers, device)).status_code == 200
        again = await client.request(method, f"{PASSKEYS}{path}", headers=headers, json=body)
        assert again.json().get("code") != PROVE[1]


async def test_mf06_first_passkey_needs_a_recent_password(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    old = await sign_in(session, user, authenticated_at=utc_now() - timedelta(hours=1))
    refused = await client.post(f"{PASSKEYS}registration", headers=old)
    assert (problem(refused), refused.json()["needs_factor"]) == (PROVE, False)
    assert (await add(client, headers, Authenticator())).status_code == 200


async def test_mf07_removal_lowers_the_session(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, device = await user_with_passkey(session)
    other, _ = await create_passkey(session, user, name="Phone")
    headers = await proven(session, user)
    started = await challenge(client, user)
    assert (await client.delete(f"{PASSKEYS}{passkey.id}", headers=headers)).status_code == 200
    assert problem(await client.delete(f"{PASSKEYS}{other.id}", headers=headers)) == PROVE
    assert problem(await answer(client, signed(started, device))) == OVER
