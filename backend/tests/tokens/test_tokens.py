"""What users do with API tokens, and what the application does with old ones."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.auth.models import TokenPurpose
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.database.session import transaction
from app.core.events import _listeners
from app.tokens import crud, jobs, service
from app.tokens.config import settings
from app.tokens.events import ApiTokenRevoked
from app.tokens.models import ApiToken
from tests.auth.events import events_of
from tests.auth.factories import sign_in, signed_in_user
from tests.auth.riddle import riddle  # noqa: F401
from tests.core.answers import fields, problem
from tests.tokens.factories import create_token, user_with_token
from tests.users.factories import PASSWORD, create_user

TOKENS, ME = "/api/v1/tokens/", "/api/v1/users/me"
BODY: dict[str, Any] = {"name": "Backup script", "scopes": ["write", "read", "write"], "expires_in_days": 90}


async def test_created_token_has_what_was_asked(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    created = (await client.post(TOKENS, headers=headers, json=BODY)).json()
    assert (created["name"], created["scopes"]) == ("Backup script", ["read", "write"])
    assert (created["last_used_on"], created["last_used_ip"]) == (None, None)
    [row] = (await session.exec(select(ApiToken))).all()
    assert row.expires_at - row.created_at == timedelta(days=90)
    assert created["token"].startswith(settings.TOKEN_PREFIX)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u200b"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes.0"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 3651}, "expires_in_days"),
    ],
)
async def test_invalid_token_is_refused(
    client: AsyncClient, session: AsyncSession, change: dict[str, Any], field: str
) -> None:
    _, headers = await signed_in_user(session)
    response = await client.post(TOKENS, headers=headers, json=BODY | change)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), [field])


async def test_setting_limits_the_expiry(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TOKEN_MAX_DAYS", 89)
    _, headers = await signed_in_user(session)
    response = await client.post(TOKENS, headers=headers, json=BODY)
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["expires_in_days"])


async def test_prefix_is_a_setting(client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TOKEN_PREFIX", "acme_")
    user, headers = await signed_in_user(session)
    token = (await client.post(TOKENS, headers=headers, json=BODY)).json()["token"]
    assert token.startswith("acme_")
    assert (await client.get(ME, headers={"Authorization": f"Bearer {token}"})).json()["id"] == str(user.id)


async def test_number_of_valid_tokens_is_limited(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_TOKENS", 2)
    user, headers = await signed_in_user(session)
    await create_token(session, user, expires_at=utc_now())
    await user_with_token(session)
    statuses = [(await client.post(TOKENS, headers=headers, json=BODY)).status_code for _ in range(3)]
    assert statuses == [200, 200, 409]


async def test_concurrent_requests_stay_within_the_limit(live: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    count = crud.count_valid_tokens

    async def count_slowly(**options: Any) -> int:
        counted = await count(**options)
        await asyncio.sleep(0.3)
        return counted

    monkeypatch.setattr(crud, "count_valid_tokens", count_slowly)
    monkeypatch.setattr(service, "MAX_TOKENS", 1)
    async with db.WriteSession() as session:
        _, headers = await signed_in_user(session)
    responses = await asyncio.gather(*(live.post(TOKENS, headers=headers, json=BODY) for _ in range(2)))
    assert sorted(each.status_code for each in responses) == [200, 409]


@pytest.mark.usefixtures("riddle")
async def test_user_with_a_factor_proves_it(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session, full_name="Ada")
    refused = await client.post(TOKENS, headers=headers, json=BODY)
    assert problem(refused) == (403, "AUTH_REAUTHENTICATION_REQUIRED")
    assert refused.json()["needs_factor"]
    proved = await sign_in(session, user, factor="riddle")
    assert (await client.post(TOKENS, headers=proved, json=BODY)).status_code == 200


async def test_search_finds_names(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    await create_token(session, user, name="Deployment")
    await create_token(session, user, name="Reports")
    page = (await client.get(TOKENS, headers=headers, params={"q": "deploy"})).json()
    assert [each["name"] for each in page["data"]] == ["Deployment"]


async def test_owner_gets_a_mail(client: AsyncClient, session: AsyncSession, run_jobs: Any, mails: Any) -> None:
    user, headers = await signed_in_user(session)
    created = (await client.post(TOKENS, headers=headers, json=BODY)).json()
    await run_jobs()
    [mail] = mails()
    assert [each["Address"] for each in mail.summary["To"]] == [user.email]
    assert mail.summary["Subject"] == "A new API token for your account"
    for kind in ("plain", "html"):
        body = mail.body(kind)
        assert created["hint"] in body
        assert "read, write" in body
        assert created["token"] not in body
        assert created["name"] not in body


async def test_activity_shows_created_and_revoked_tokens(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    created = (await client.post(TOKENS, headers=headers, json=BODY)).json()
    await client.delete(f"{TOKENS}{created['id']}", headers=headers)
    [made, revoked] = await events_of(session, user)
    details = {"last_characters": created["hint"], "scopes": "read, write"}
    assert (made.kind, made.details, revoked.kind) == ("api_token_created", details, "api_token_revoked")


async def test_revocation_is_an_event(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[ApiTokenRevoked] = []

    async def note(_: AsyncSession, event: ApiTokenRevoked) -> None:
        events.append(event)

    monkeypatch.setitem(_listeners, ApiTokenRevoked, [note])
    user, headers = await signed_in_user(session)
    api_token, _ = await create_token(session, user)
    await client.delete(f"{TOKENS}{api_token.id}", headers=headers)
    assert events == [ApiTokenRevoked(api_token.id, user.id)]


async def test_end_of_all_access_revokes_tokens(client: AsyncClient, session: AsyncSession) -> None:
    _, _, headers = await user_with_token(session)
    async with transaction() as other:
        await auth_crud.end_all_access(session=other)
    assert (await client.get(ME, headers=headers)).status_code == 401


async def test_password_change_keeps_tokens(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    _, token = await create_token(session, user)
    body = {"current_password": PASSWORD, "new_password": "another horse battery"}
    assert (await client.patch(f"{ME}/password", headers=headers, json=body)).status_code == 200
    assert (await client.get(ME, headers=token)).status_code == 200


async def test_job_deletes_tokens_after_30_days(session: AsyncSession) -> None:
    user = await create_user(session)
    ages = [timedelta(days=29), timedelta(days=31), timedelta(days=-1)]
    for age in ages:
        await create_token(session, user, name=f"{age.days}", expires_at=utc_now() - age)
    await jobs.delete_old_tokens()
    left = (await session.exec(select(ApiToken.name).order_by(col(ApiToken.name)))).all()
    assert left == ["-1", "29"]


async def test_owner_who_was_not_it_revokes_tokens(client: AsyncClient, session: AsyncSession) -> None:
    """A stranger with a session can have created them."""
    user, _, headers = await user_with_token(session)
    _, _, headers_of_another = await user_with_token(session)
    link = await auth_crud.create_one_time_token(
        session=session,
        user_id=user.id,
        email=user.email,
        purpose=TokenPurpose.NOT_ME,
        lifetime=timedelta(days=1),
    )
    await session.commit()
    assert (await client.post("/api/v1/login/not-me", json={"token": link})).status_code == 200
    assert (await client.get(ME, headers=headers)).status_code == 401
    assert (await client.get(ME, headers=headers_of_another)).status_code == 200
