"""A user sets up an authenticator app, replaces the recovery codes, and turns the app off."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pyotp
import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.settings import settings as core_settings
from app.totp import jobs, service
from app.totp.codes import new_recovery_codes, normalize_recovery_code
from app.totp.models import TotpSecret
from tests.auth.events import kinds_of
from tests.auth.factories import signed_in_user
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.totp.factories import TOTP, App, proved, sign_in_by, user_with_app
from tests.users.factories import create_user

CONFLICT, INVALID = (409, "CONF_001"), (422, "VAL_001")


async def test_setup_and_its_first_code(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    status = {"confirmed_at": None, "recovery_codes_left": 0, "trusted_device_days": 30}
    assert (await client.get(f"{TOTP}/", headers=headers)).json() == status
    setup = (await client.post(f"{TOTP}/setup", headers=headers)).json()
    scanned = pyotp.parse_uri(setup["uri"])
    assert isinstance(scanned, pyotp.TOTP)
    code = scanned.at(utc_now())
    confirmed = await client.post(f"{TOTP}/confirm", headers=headers, json={"code": f"{code[:3]} {code[3:]}"})
    codes = confirmed.json()["codes"]
    assert (confirmed.status_code, len(codes), len(set(codes))) == (200, 10, 10)
    status = (await client.get(f"{TOTP}/", headers=headers)).json()
    assert (status["confirmed_at"] is not None, status["recovery_codes_left"]) == (True, 10)
    assert "totp_turned_on" in await kinds_of(session, user)
    app = App(user, setup["secret"], codes)
    assert (await sign_in_by(client, app, app.code(1))).status_code == 200
    assert (await sign_in_by(client, app, codes[3].lower().replace("-", " "), "recovery_code")).status_code == 200


async def test_qr_code_names_project_and_account(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    setup = (await client.post(f"{TOTP}/setup", headers=headers)).json()
    assert unquote(setup["uri"]).startswith(f"otpauth://totp/{core_settings.PROJECT_NAME}:{user.email}?secret=")
    assert setup["qr_code"].startswith("data:image/svg+xml")
    assert "script" not in setup["qr_code"]
    assert len(base64.b32decode(setup["secret"])) == 20


async def test_further_setup_replaces_the_secret(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    first, second = [(await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"] for _ in range(2)]
    assert first != second
    for secret, status in ((first, 422), (second, 200)):
        body = {"code": pyotp.TOTP(secret).at(utc_now())}
        assert (await client.post(f"{TOTP}/confirm", headers=headers, json=body)).status_code == status


async def test_unconfirmed_secret_answers_no_challenge(client: AsyncClient, session: AsyncSession) -> None:
    """A user with another factor gets challenges before they confirm the app."""
    user, headers = await signed_in_user(session)
    secret = (await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"]
    code = pyotp.TOTP(secret).at(utc_now())
    assert not await service.is_right_code(session=session, user_id=user.id, code=code)


async def test_app_that_is_on_stays(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    headers = await proved(session, app.user)
    assert problem(await client.post(f"{TOTP}/setup", headers=headers)) == CONFLICT
    body = {"code": app.code()}
    assert problem(await client.post(f"{TOTP}/confirm", headers=headers, json=body)) == CONFLICT
    assert (await sign_in_by(client, app, app.code())).status_code == 200


@pytest.mark.parametrize("code", ["", "x" * 21])
async def test_text_of_wrong_length_is_refused(client: AsyncClient, session: AsyncSession, code: str) -> None:
    _, headers = await signed_in_user(session)
    response = await client.post(f"{TOTP}/confirm", headers=headers, json={"code": code})
    assert (problem(response), fields(response)) == (INVALID, ["code"])


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "      "])
async def test_text_without_six_digits_is_wrong(client: AsyncClient, session: AsyncSession, code: str) -> None:
    _, headers = await signed_in_user(session)
    await client.post(f"{TOTP}/setup", headers=headers)
    response = await client.post(f"{TOTP}/confirm", headers=headers, json={"code": code})
    assert (problem(response), fields(response)) == (INVALID, ["code"])


@pytest.mark.parametrize(("method", "path"), [("POST", "recovery-codes"), ("DELETE", ""), ("POST", "devices/")])
async def test_without_an_app_nothing_changes(
    client: AsyncClient, session: AsyncSession, method: str, path: str
) -> None:
    user, headers = await signed_in_user(session)
    await client.post(f"{TOTP}/setup", headers=headers)
    assert problem(await client.request(method, f"{TOTP}/{path}", headers=headers)) == CONFLICT
    assert await kinds_of(session, user) == []


async def test_turned_off_app_is_not_needed(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    headers = await proved(session, app.user)
    assert (await client.delete(f"{TOTP}/", headers=headers)).status_code == 200
    assert (await client.get(f"{TOTP}/", headers=headers)).json()["recovery_codes_left"] == 0
    assert await kinds_of(session, app.user) == ["totp_turned_off"]
    assert (await client.post(f"{TOTP}/setup", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("way", "subject"), [("on", "was set up"), ("codes", "New recovery codes"), ("off", "was turned off")]
)
async def test_each_change_is_mailed(
    client: AsyncClient, session: AsyncSession, run_jobs: Any, mails: Any, way: str, subject: str
) -> None:
    if way == "on":
        user, headers = await signed_in_user(session)
        secret = (await client.post(f"{TOTP}/setup", headers=headers)).json()["secret"]
        await client.post(f"{TOTP}/confirm", headers=headers, json={"code": pyotp.TOTP(secret).at(utc_now())})
    else:
        user = (await user_with_app(session)).user
        headers = await proved(session, user)
        path = {"codes": "recovery-codes", "off": ""}[way]
        await client.request("DELETE" if way == "off" else "POST", f"{TOTP}/{path}", headers=headers)
    await run_jobs()
    [mail] = mails()
    assert [each["Address"] for each in mail.summary["To"]] == [user.email]
    for kind in ("plain", "html"):
        assert subject in mail.body(kind)
        assert "/not-me#token=" in mail.body(kind)


async def test_used_recovery_code_is_mailed(
    client: AsyncClient, session: AsyncSession, run_jobs: Any, mails: Any
) -> None:
    app = await user_with_app(session)
    assert (await sign_in_by(client, app, app.recovery_codes[0], "recovery_code")).status_code == 200
    await run_jobs()
    assert "9 of your recovery codes are left" in mails()[0].body("plain")
    assert "recovery_code_used" in await kinds_of(session, app.user)


def test_recovery_code_can_be_typed_freely() -> None:
    codes = new_recovery_codes()
    for code in codes:
        assert len(base64.b32decode(normalize_recovery_code(code))) == 10
        assert normalize_recovery_code(f" {code.lower().replace('-', ' – ')}\n") == normalize_recovery_code(code)


async def test_job_deletes_secrets_nobody_confirmed(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    app = await user_with_app(session)
    user = await create_user(session)
    session.add(TotpSecret(user_id=user.id, encrypted_secret=b"", created_at=utc_now()))
    await session.commit()
    for days, left in ((0, 2), (2, 1)):
        clock.advance(timedelta(days=days))
        await jobs.delete_old_trust()
        assert len((await session.exec(select(TotpSecret.user_id))).all()) == left
    assert (await session.exec(select(TotpSecret.user_id))).all() == [app.user.id]


async def test_other_users_see_their_own_status(client: AsyncClient, session: AsyncSession) -> None:
    await user_with_app(session)
    _, headers = await signed_in_user(session)
    assert (await client.get(f"{TOTP}/", headers=headers)).json()["confirmed_at"] is None
