"""Somebody else removes the app of a user who has lost it: a superuser, or an operator."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.events import AllAccessEnded, FactorsReset
from app.auth.factors import factors_changed
from app.core.database.session import transaction
from app.core.events import emit
from app.totp import crud
from app.totp.models import RecoveryCode
from tests.auth.events import events_of
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.auth.riddle import log_in
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.totp.factories import V1, proved, turn_on, user_with_app

BODY = {"reason": "Lost phone, verified by a call"}


async def test_superuser_resets_the_app(client: AsyncClient, session: AsyncSession, run_jobs: Any, mails: Any) -> None:
    app = await user_with_app(session)
    user_headers = await proved(session, app.user)
    _, headers = await signed_in_superuser(session)
    of_user = f"{V1}/users/{app.user.id}/totp/"
    status = (await client.get(of_user, headers=headers)).json()
    assert (status["confirmed_at"] is not None, status["recovery_codes_left"]) == (True, 10)
    assert (await client.post(f"{of_user}reset", headers=headers, json=BODY)).status_code == 200
    assert (await client.get(of_user, headers=headers)).json() == {"confirmed_at": None, "recovery_codes_left": 0}
    assert (await client.get(f"{V1}/users/me", headers=user_headers)).status_code == 401
    [event] = await events_of(session, app.user)
    assert (event.kind, event.ip, event.details) == ("totp_reset", None, {**BODY, "by": "superuser"})
    assert (await log_in(client, app.user)).status_code == 200
    await run_jobs()
    assert "An administrator removed" in mails()[0].body("plain")


async def test_only_superusers_reset_others(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    for headers in ({}, (await signed_in_user(session))[1]):
        response = await client.post(f"{V1}/users/{app.user.id}/totp/reset", headers=headers, json=BODY)
        assert response.status_code == (403 if headers else 401)
    assert (await log_in(client, app.user)).status_code == 403


@pytest.mark.parametrize("reason", ["", "x" * 301, None])
async def test_reset_needs_a_reason(client: AsyncClient, session: AsyncSession, reason: str | None) -> None:
    app = await user_with_app(session)
    _, headers = await signed_in_superuser(session)
    body = {"reason": reason}
    response = await client.post(f"{V1}/users/{app.user.id}/totp/reset", headers=headers, json=body)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["reason"])


async def test_user_without_an_app_is_not_found(client: AsyncClient, session: AsyncSession) -> None:
    user, _ = await signed_in_user(session)
    _, headers = await signed_in_superuser(session)
    response = await client.post(f"{V1}/users/{user.id}/totp/reset", headers=headers, json=BODY)
    assert problem(response) == (404, "NOT_001")


async def test_superuser_with_an_app_proves_it(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    superuser, headers = await signed_in_superuser(session)
    await turn_on(session, superuser)
    path = f"{V1}/users/{app.user.id}/totp/reset"
    refused = await client.post(path, headers=headers, json=BODY)
    assert (problem(refused), refused.json()["needs_factor"]) == ((403, "AUTH_REAUTHENTICATION_REQUIRED"), True)
    assert (await client.post(path, headers=await proved(session, superuser), json=BODY)).status_code == 200


async def test_operator_resets_all_factors(
    client: AsyncClient, session: AsyncSession, run_jobs: Any, mails: Any
) -> None:
    app = await user_with_app(session)
    async with transaction() as own:  # as `python -m app.cli users reset-factors` does
        await emit(own, FactorsReset(app.user.id))
        await factors_changed(session=own, user_id=app.user.id, event="factors_reset")
    assert (await log_in(client, app.user)).status_code == 200
    await run_jobs()
    assert "An administrator removed" in mails()[0].body("plain")


@pytest.mark.parametrize(("age", "stays"), [(timedelta(days=6), False), (timedelta(days=8), True)])
async def test_not_me_removes_a_recent_app(session: AsyncSession, clock: Clock, age: timedelta, stays: bool) -> None:
    """A stranger with the password can have set it up. An older one is the owner's."""
    app = await user_with_app(session)
    clock.advance(age)
    await emit(session, AllAccessEnded(app.user.id))
    left = (await session.exec(select(RecoveryCode).where(RecoveryCode.user_id == app.user.id))).all()
    assert (await crud.find_secret(session=session, user_id=app.user.id) is not None, bool(left)) == (stays, stays)


async def test_users_list_filters_by_app(client: AsyncClient, session: AsyncSession) -> None:
    app = await user_with_app(session)
    superuser, headers = await signed_in_superuser(session)
    for factor, users in (("totp", [app.user]), ("none", [superuser])):
        found = (await client.get(f"{V1}/users/", headers=headers, params={"factor": factor})).json()["data"]
        assert [each["id"] for each in found] == [str(user.id) for user in users]


@pytest.mark.parametrize("has_app", [True, False])
async def test_deleted_user_leaves_no_rows(client: AsyncClient, session: AsyncSession, has_app: bool) -> None:
    user, _ = await signed_in_user(session)
    if has_app:
        await turn_on(session, user)
    _, headers = await signed_in_superuser(session)
    assert (await client.delete(f"{V1}/users/{user.id}", headers=headers)).status_code == 200
