"""What users do with their passkeys, and superusers with those of others."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.auth.config import settings as auth_settings
from app.auth.events import AllAccessEnded, FactorsReset
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.database.session import transaction
from app.core.events import emit
from app.passkeys import jobs, service
from app.passkeys.models import Passkey, UsedPasskeyChallenge
from tests.auth.events import events_of, kinds_of
from tests.auth.factories import sign_in, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.passkeys.authenticator import BACKED_UP, MAY_BE_BACKED_UP, Authenticator, encoded
from tests.passkeys.factories import (
    PASSKEYS,
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
from tests.users.factories import create_user


async def listed(client: AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    response = await client.get(PASSKEYS, headers=headers)
    assert response.status_code == 200, response.text
    return list(response.json()["data"])


async def test_passkey_is_added_and_listed(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    device = Authenticator()
    device.flags |= MAY_BE_BACKED_UP | BACKED_UP
    created = await add(client, headers, device, name="Ada's phone")
    assert created.status_code == 200
    [passkey] = await listed(client, headers)
    assert passkey == created.json()
    assert (passkey["name"], passkey["is_backed_up"], passkey["last_used_at"]) == ("Ada's phone", True, None)
    [stored] = (await session.exec(select(Passkey))).all()
    assert (stored.user_id, stored.credential_id) == (user.id, encoded(device.credential_id))
    assert stored.transports == ["hybrid", "internal"]


async def test_options_exclude_the_users_own_devices(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, _ = await user_with_passkey(session, full_name="Ada")
    await user_with_passkey(session)
    options = (await start(client, await proven(session, user)))["options"]
    assert len(options["excludeCredentials"]) == 1
    assert options["user"]["displayName"] == "Ada"
    assert options["rp"] == {"id": "localhost", "name": "Workbench"}
    selection = options["authenticatorSelection"]
    assert (selection["userVerification"], selection["residentKey"]) == ("required", "required")
    assert (options["attestation"], passkey.name) == ("none", "Laptop")


async def test_addition_ends_other_sessions_only(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    other = await sign_in(session, user)
    assert (await add(client, headers, Authenticator())).status_code == 200
    assert (await client.get(PASSKEYS, headers=other)).status_code == 401
    assert (await add(client, headers, Authenticator())).status_code == 200  # proved by the first one
    [event, _] = [each for each in await events_of(session, user) if each.kind == "passkey_added"]
    assert event.details == {"name": "Laptop"}


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"name": " \u200b"}, "name"), ({"name": "x" * 101}, "name"), ({"token": None}, "token")],
)
async def test_invalid_body_is_refused(
    client: AsyncClient, session: AsyncSession, change: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_user(session)
    body = {"token": "", "name": "Laptop", "credential": "{}"} | change
    response = await client.post(PASSKEYS, headers=headers, json=body)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), [field])


async def test_passkey_is_renamed(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, _ = await user_with_passkey(session)
    headers, other = await sign_in(session, user), await sign_in(session, user)
    response = await client.patch(f"{PASSKEYS}{passkey.id}", headers=headers, json={"name": "Desk"})
    assert response.status_code == 200
    assert [each["name"] for each in await listed(client, other)] == ["Desk"]  # no session has ended
    response = await client.patch(f"{PASSKEYS}{passkey.id}", headers=headers, json={"name": ""})
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["name"])


async def test_passkey_is_removed(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, device = await user_with_passkey(session)
    headers, other = await proven(session, user), await sign_in(session, user)
    assert (await client.delete(f"{PASSKEYS}{passkey.id}", headers=headers)).status_code == 200
    assert await listed(client, headers) == []
    assert (await client.get(PASSKEYS, headers=other)).status_code == 401
    assert (await sign_in_with(client, device)).status_code == 401
    assert await kinds_of(session, user) == ["passkey_removed"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_passkey_of_another_user_is_not_found(client: AsyncClient, session: AsyncSession, method: str) -> None:
    _, passkey, device = await user_with_passkey(session)
    stranger, _, _ = await user_with_passkey(session)
    headers = await proven(session, stranger)
    response = await client.request(method, f"{PASSKEYS}{passkey.id}", headers=headers, json={"name": "Mine"})
    assert problem(response) == (404, "NOT_001")
    assert len(await listed(client, headers)) == 1
    assert (await sign_in_with(client, device)).status_code == 200


@pytest.mark.parametrize(("change", "text"), [("added", "was added"), ("removed", "was removed"), ("reset", "all")])
async def test_owner_gets_a_mail_about_changes(
    client: AsyncClient, session: AsyncSession, run_jobs: Any, mails: Any, change: str, text: str
) -> None:
    user, passkey, _ = await user_with_passkey(session)
    headers = await proven(session, user)
    if change == "added":
        await add(client, headers, Authenticator(), name="Stranger's")
    elif change == "removed":
        await client.delete(f"{PASSKEYS}{passkey.id}", headers=headers)
    else:
        _, superuser = await signed_in_superuser(session)
        await client.post(f"{V1}/users/{user.id}/passkeys/reset", headers=superuser, json={"reason": "Lost phone"})
    await run_jobs()
    [mail] = mails()
    assert [each["Address"] for each in mail.summary["To"]] == [user.email]
    for kind in ("plain", "html"):
        assert text in mail.body(kind)
        assert "/not-me#token=" in mail.body(kind)
        assert "Stranger" not in mail.body(kind)


async def test_superuser_resets_passkeys(client: AsyncClient, session: AsyncSession) -> None:
    user, passkey, device = await user_with_passkey(session)
    headers = await proven(session, user)
    _, superuser = await signed_in_superuser(session)
    path = f"{V1}/users/{user.id}/passkeys/"
    page = (await client.get(path, headers=superuser)).json()
    assert [each["id"] for each in page["data"]] == [str(passkey.id)]
    response = await client.post(f"{path}reset", headers=superuser, json={"reason": "Lost phone"})
    assert response.status_code == 200
    assert (await client.get(PASSKEYS, headers=headers)).status_code == 401
    assert (await sign_in_with(client, device)).status_code == 401
    [event] = await events_of(session, user)
    assert (event.kind, event.details) == ("passkeys_reset", {"reason": "Lost phone", "by": "superuser"})
    again = await client.post(f"{path}reset", headers=superuser, json={"reason": "Again"})
    assert problem(again) == (404, "NOT_001")


async def test_reset_needs_a_reason(client: AsyncClient, session: AsyncSession) -> None:
    user, _, _ = await user_with_passkey(session)
    _, superuser = await signed_in_superuser(session)
    path = f"{V1}/users/{user.id}/passkeys/reset"
    for reason in ("", "  ", "x" * 501):
        response = await client.post(path, headers=superuser, json={"reason": reason})
        assert (problem(response), fields(response)) == ((422, "VAL_001"), ["reason"])


async def test_superuser_cannot_reset_own_passkeys(client: AsyncClient, session: AsyncSession) -> None:
    superuser, _, _ = await user_with_passkey(session, is_superuser=True)
    headers = await sign_in(session, superuser, factor="passkeys")
    response = await client.post(f"{V1}/users/{superuser.id}/passkeys/reset", headers=headers, json={"reason": "Mine"})
    assert problem(response) == (403, "AUTH_002")
    assert len(await listed(client, headers)) == 1


async def test_operator_resets_factors(session: AsyncSession) -> None:
    user, _, _ = await user_with_passkey(session)
    await user_with_passkey(session)
    await emit(session, FactorsReset(user.id))
    await session.commit()
    assert [each.user_id == user.id for each in (await session.exec(select(Passkey))).all()] == [False]


async def test_not_me_removes_recent_passkeys_only(session: AsyncSession, clock: Clock) -> None:
    user, _, _ = await user_with_passkey(session)
    clock.advance(timedelta(days=8))
    await create_passkey(session, user, name="Stranger's")
    await emit(session, AllAccessEnded(user.id))
    await session.commit()
    assert (await session.exec(select(Passkey.name))).all() == ["Laptop"]


async def test_restore_keeps_passkeys(session: AsyncSession) -> None:
    await user_with_passkey(session)
    async with transaction() as other:
        await auth_crud.end_all_access(session=other)
    assert len((await session.exec(select(Passkey))).all()) == 1


async def test_job_deletes_expired_challenges(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    _, _, device = await user_with_passkey(session)
    assert (await sign_in_with(client, device)).status_code == 200
    clock.advance(timedelta(minutes=4))
    assert (await sign_in_with(client, device)).status_code == 200
    clock.advance(timedelta(minutes=2))
    await jobs.delete_expired_challenges()
    assert len((await session.exec(select(UsedPasskeyChallenge))).all()) == 1


async def test_required_factor_can_be_a_passkey(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth_settings, "REQUIRE_MFA_FOR", "everyone")
    _, headers = await signed_in_user(session)
    refused = await client.get(f"{V1}/sessions/", headers=headers)
    assert problem(refused) == (403, "AUTH_MFA_SETUP_REQUIRED")
    assert await listed(client, headers) == []
    assert (await add(client, headers, Authenticator())).status_code == 200
    assert (await client.get(f"{V1}/sessions/", headers=headers)).status_code == 200


async def test_users_list_filters_by_passkeys(client: AsyncClient, session: AsyncSession) -> None:
    user, _, _ = await user_with_passkey(session)
    await create_user(session)
    _, headers = await signed_in_superuser(session)
    page = (await client.get(f"{V1}/users/?factor=passkeys", headers=headers)).json()
    assert [each["id"] for each in page["data"]] == [str(user.id)]


async def test_sign_in_notes_the_last_use(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    user, _, device = await user_with_passkey(session)
    clock.freeze()
    response = await sign_in_with(client, device)
    assert (response.status_code, response.json()["email"]) == (200, user.email)
    assert (await client.get(f"{V1}/users/me")).json()["id"] == str(user.id)
    [passkey] = await listed(client, {})
    assert passkey["last_used_at"] == utc_now().isoformat().replace("+00:00", "Z")


async def test_sign_in_options_cost_no_statement(client: AsyncClient, statements: list[str]) -> None:
    """Each view of the sign-in page requests them."""
    statements.clear()
    await sign_in_options(client)
    assert statements == []


async def test_concurrent_additions_stay_within_the_limit(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_PASSKEYS", 1)
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
    devices = [Authenticator() for _ in range(3)]
    responses = await asyncio.gather(*(add(live, headers, device) for device in devices))
    statuses = sorted(each.status_code for each in responses)
    assert statuses == [200, 409, 409]
    assert user.id


async def test_sign_in_is_refused_from_another_site(client: AsyncClient, session: AsyncSession) -> None:
    _, _, device = await user_with_passkey(session)
    started = await sign_in_options(client)
    body = {"token": started["token"], "credential": device.sign(started["options"])}
    response = await client.post(SIGN_IN, headers={"Sec-Fetch-Site": "cross-site"}, json=body)
    assert problem(response) == (403, "AUTH_006")
