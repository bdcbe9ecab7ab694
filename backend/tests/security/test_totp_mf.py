"""MF-01 to MF-05 and MF-09: what a code of an app, a recovery code and a challenge prove."""

import asyncio
from datetime import timedelta

import pyotp
import pytest
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import hash_token
from app.auth.models import UserSession
from app.core.clock import utc_now
from app.core.database import session as db
from app.totp.codes import normalize_recovery_code
from app.totp.models import RecoveryCode, TotpSecret
from tests.auth.factories import Headers, signed_in_user
from tests.auth.riddle import OVER, SAME_ORIGIN, log_in
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.totp.factories import TOTP, V1, App, challenge_of, old_session, proved, sign_in_by, user_with_app

WRONG = (400, "AUTH_003")
WAYS = ("session", "access-token")


async def live_app() -> App:
    async with db.WriteSession() as session:
        return await user_with_app(session)


@pytest.mark.parametrize("way", WAYS)
async def test_mf01_password_alone_opens_no_session(client: AsyncClient, session: AsyncSession, way: str) -> None:
    app = await user_with_app(session)
    response = await log_in(client, app.user, way)
    assert problem(response) == (403, "AUTH_MFA_REQUIRED")
    assert list(response.json()["challenge"]["kinds"]) == ["totp", "recovery_code"]
    assert "set-cookie" not in response.headers
    assert (await session.exec(select(UserSession))).all() == []


@pytest.mark.parametrize("way", WAYS)
async def test_mf02_code_signs_in(client: AsyncClient, session: AsyncSession, way: str) -> None:
    app = await user_with_app(session)
    assert (await sign_in_by(client, app, app.code(), way=way)).status_code == 200
    assert [each.factor for each in (await session.exec(select(UserSession))).all()] == ["totp"]


@pytest.mark.parametrize(("steps", "is_valid"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_mf02_window_is_one_step(
    client: AsyncClient, session: AsyncSession, clock: Clock, steps: int, is_valid: bool
) -> None:
    clock.freeze()
    app = await user_with_app(session)
    response = await sign_in_by(client, app, app.code(steps))
    assert response.status_code == (200 if is_valid else 400)


async def test_mf02_code_works_once(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    app = await user_with_app(session)
    code, earlier = app.code(), app.code(-1)
    assert (await sign_in_by(client, app, code)).status_code == 200
    for replayed in (code, earlier):
        assert problem(await sign_in_by(client, app, replayed)) == WRONG
    assert (await sign_in_by(client, app, app.code(1))).status_code == 200


async def test_mf02_concurrent_uses_of_a_code_succeed_once(live: AsyncClient) -> None:
    app = await live_app()
    tokens = [await challenge_of(live, app) for _ in range(4)]
    code = app.code()
    responses = await asyncio.gather(*(sign_in_by(live, app, code, token=token) for token in tokens))
    assert sorted(each.status_code for each in responses) == [200, 400, 400, 400]


async def test_mf02_code_of_setup_signs_nobody_in(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    user, headers = await signed_in_user(session)
    secret = (await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"]
    app = App(user, secret, [])
    assert (await client.post(f"{TOTP}/confirm", headers=headers, json={"code": app.code()})).status_code == 200
    assert problem(await sign_in_by(client, app, app.code())) == WRONG


async def test_mf02_code_of_another_user_is_wrong(client: AsyncClient, session: AsyncSession) -> None:
    app, other = await user_with_app(session), await user_with_app(session)
    assert problem(await sign_in_by(client, app, other.code())) == WRONG
    assert problem(await sign_in_by(client, app, other.recovery_codes[0], "recovery_code")) == WRONG


async def test_mf03_five_wrong_codes_end_the_challenge(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    token = await challenge_of(client, app)
    for kind in ("totp", "totp", "recovery_code", "totp", "recovery_code"):
        response = await sign_in_by(client, app, app.wrong_code(), kind, token)
        assert (problem(response), fields(response)) == (WRONG, ["answer"])
    assert problem(await sign_in_by(client, app, app.code(), token=token)) == OVER


async def test_mf03_account_waits_after_ten_wrong_codes(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    for _ in range(2):
        token = await challenge_of(client, app)
        for _ in range(5):
            await sign_in_by(client, app, app.wrong_code(), token=token)
    refused = await sign_in_by(client, app, app.code())
    assert (problem(refused), int(refused.headers["retry-after"]) > 0) == ((429, "RATE_001"), True)
    other = await user_with_app(session)
    assert (await sign_in_by(client, other, other.code())).status_code == 200


async def test_mf04_challenge_is_short_and_single(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    app = await user_with_app(session)
    token = await challenge_of(client, app)
    assert (await sign_in_by(client, app, app.code(), token=token)).status_code == 200
    assert problem(await sign_in_by(client, app, app.code(1), token=token)) == OVER
    token = await challenge_of(client, app)
    clock.advance(timedelta(minutes=5))
    assert problem(await sign_in_by(client, app, app.code(), token=token)) == OVER


async def test_mf04_challenge_token_opens_nothing_else(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    token = await challenge_of(client, app)
    for method, path in (("GET", "/users/me"), ("GET", "/totp/"), ("DELETE", "/totp/"), ("POST", "/login/refresh")):
        headers = {"Authorization": f"Bearer {token}", **SAME_ORIGIN}
        assert (await client.request(method, f"{V1}{path}", headers=headers)).status_code == 401
    assert problem(await sign_in_by(client, app, app.code(), token=token, way="access-token")) == OVER


async def step_up(client: AsyncClient, headers: Headers) -> str:
    response = await client.post(f"{V1}/login/reauthenticate/challenge", headers=headers)
    return str(response.json()["token"])


async def test_mf04_challenge_of_another_session_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    own, other = await old_session(session, app.user), await old_session(session, app.user)
    body = {"challenge": {"token": await step_up(client, own), "kind": "totp", "answer": app.code()}}
    assert problem(await client.post(f"{V1}/login/reauthenticate", headers=other, json=body)) == OVER
    assert (await client.post(f"{V1}/login/reauthenticate", headers=own, json=body)).status_code == 200


async def test_mf05_recovery_codes_are_random_and_hashed(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    created = await client.post(f"{TOTP}/recovery-codes", headers=await proved(session, app.user))
    codes = [normalize_recovery_code(code) for code in created.json()["codes"]]
    assert (len(set(codes)), {len(code) for code in codes}) == (10, {16})  # 5 bits each
    stored = (await session.exec(select(RecoveryCode.code_hash))).all()
    assert set(stored) == {hash_token(code) for code in codes}


async def test_mf05_each_recovery_code_works_once(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    for code in app.recovery_codes[:2]:
        assert (await sign_in_by(client, app, code, "recovery_code")).status_code == 200
        assert problem(await sign_in_by(client, app, code, "recovery_code")) == WRONG


async def test_mf05_concurrent_recovery_codes_work_once_each(live: AsyncClient) -> None:
    app = await live_app()
    codes = [app.recovery_codes[0]] * 3 + [app.recovery_codes[1]] * 2
    tokens = [await challenge_of(live, app) for _ in codes]
    attempts = zip(codes, tokens, strict=True)
    responses = await asyncio.gather(*(sign_in_by(live, app, code, "recovery_code", token) for code, token in attempts))
    assert sorted(each.status_code for each in responses) == [200, 200, 400, 400, 400]


async def test_mf05_new_recovery_codes_void_the_old(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    await client.post(f"{TOTP}/recovery-codes", headers=await proved(session, app.user))
    assert problem(await sign_in_by(client, app, app.recovery_codes[0], "recovery_code")) == WRONG


async def test_mf05_no_response_repeats_the_codes(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    headers = await proved(session, app.user)
    for path in ("/totp/", "/totp/devices/", "/users/me", "/users/me/security-events"):
        text = (await client.get(f"{V1}{path}", headers=headers)).text
        assert not [code for code in app.recovery_codes if code in text]
        assert app.secret not in text


async def test_mf09_unconfirmed_app_does_not_count(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await client.post(f"{TOTP}/setup", headers=headers)
    assert (await log_in(client, user)).status_code == 200
    assert (await client.get(f"{TOTP}/", headers=headers)).json()["confirmed_at"] is None


async def test_mf09_wrong_code_confirms_nothing(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    secret = (await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"]
    wrong = App(user, secret, []).wrong_code()
    response = await client.post(f"{TOTP}/confirm", headers=headers, json={"code": wrong})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["code"])
    assert (await log_in(client, user)).status_code == 200


async def test_mf09_secret_is_encrypted_for_its_user(client: AsyncClient, session: AsyncSession) -> None:
    app, other = await user_with_app(session), await user_with_app(session)
    stored = {row.user_id: row.encrypted_secret for row in (await session.exec(select(TotpSecret))).all()}
    assert not [each for each in stored.values() if app.secret.encode() in each]
    moved = update(TotpSecret).where(col(TotpSecret.user_id) == other.user.id)
    await session.exec(moved.values(encrypted_secret=stored[app.user.id]))
    await session.commit()
    assert problem(await sign_in_by(client, other, pyotp.TOTP(app.secret).at(utc_now()))) == WRONG
