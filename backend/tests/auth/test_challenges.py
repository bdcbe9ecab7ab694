"""Sign-in with a further proof, which a feature can bring. Here the test brings one."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Request
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import challenges, cookies
from app.auth import sign_in as sign_in_module
from app.auth.config import settings
from app.auth.models import UserSession
from app.core.database import session as db
from app.core.database.statements import AutocommitSession
from app.users.models import User
from tests.auth.factories import sign_in, signed_in_superuser
from tests.auth.refreshing import by_body
from tests.auth.riddle import COMPLETE, OVER, answer, challenge_of, log_in, riddle  # noqa: F401
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.users.factories import create_user

V1 = "/api/v1"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
WRONG = (400, "AUTH_003")


pytestmark = pytest.mark.usefixtures("riddle")


@pytest.fixture
async def user(session: AsyncSession) -> User:
    user = await create_user(session, full_name="Ada")
    await session.commit()
    return user


async def sessions(session: AsyncSession, user: User) -> int:
    return len((await session.exec(select(UserSession).where(UserSession.user_id == user.id))).all())


async def test_password_alone_opens_no_session(client: AsyncClient, session: AsyncSession, user: User) -> None:
    for way in COMPLETE:
        await challenge_of(client, user, way)
    assert await sessions(session, user) == 0


async def test_user_without_a_factor_signs_in(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    await session.commit()
    assert (await log_in(client, user)).status_code == 200


async def test_right_answer_signs_in_by_cookie(client: AsyncClient, session: AsyncSession, user: User) -> None:
    response = await answer(client, await challenge_of(client, user))
    assert (response.status_code, response.json()["email"]) == (200, user.email)
    assert {cookies.COOKIE_NAME, cookies.REFRESH_COOKIE_NAME} <= dict(client.cookies).keys()
    assert (await client.get(f"{V1}/users/me")).status_code == 200
    [found] = (await session.exec(select(UserSession).where(UserSession.user_id == user.id))).all()
    assert (found.ip, found.authenticated_at) == ("127.0.0.1", found.created_at)


async def test_right_answer_gives_a_program_its_token(client: AsyncClient, user: User) -> None:
    response = await answer(client, await challenge_of(client, user, "access-token"), way="access-token")
    headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
    assert (await client.get(f"{V1}/users/me", headers=headers)).status_code == 200
    assert "set-cookie" not in response.headers


async def test_answer_with_the_scope_gives_a_refresh_token(client: AsyncClient, user: User) -> None:
    body = {"token": await challenge_of(client, user, "access-token"), "kind": "riddle", "answer": "adA"}
    tokens = (await client.post(COMPLETE["access-token"], json={**body, "scope": "offline_access"})).json()
    assert (await by_body(client, tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("way", COMPLETE)
async def test_challenge_completes_only_its_own_endpoint(client: AsyncClient, user: User, way: str) -> None:
    other = next(each for each in COMPLETE if each != way)
    assert problem(await answer(client, await challenge_of(client, user, other), way=way)) == OVER


async def test_wrong_answer_keeps_its_evidence(client: AsyncClient, session: AsyncSession, user: User) -> None:
    token = await challenge_of(client, user)
    response = await answer(client, token, "Ada")
    assert (problem(response), fields(response)) == (WRONG, ["answer"])
    assert await sessions(session, user) == 0
    await session.refresh(user)
    assert user.full_name == "Bob"
    assert (await answer(client, token, "boB")).status_code == 200


async def test_challenge_works_once(client: AsyncClient, user: User) -> None:
    token = await challenge_of(client, user)
    assert (await answer(client, token)).status_code == 200
    assert problem(await answer(client, token)) == OVER


async def test_one_of_concurrent_answers_signs_in(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user = await create_user(session, full_name="Ada")
        await session.commit()
    token = await challenge_of(live, user)
    responses = await asyncio.gather(*(answer(live, token) for _ in range(4)))
    assert sorted(response.status_code for response in responses) == [200, 401, 401, 401]


async def test_challenge_lives_five_minutes(client: AsyncClient, user: User, clock: Clock) -> None:
    token = await challenge_of(client, user)
    clock.advance(timedelta(minutes=5))
    assert problem(await answer(client, token)) == OVER


@pytest.mark.parametrize(("token", "kind"), [("unknown", "riddle"), (None, "unknown")])
async def test_unknown_token_or_kind_is_refused(client: AsyncClient, user: User, token: str | None, kind: str) -> None:
    token = token or await challenge_of(client, user)
    assert problem(await answer(client, token, kind=kind)) == OVER


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"password": "another horse battery"}, {"email": "new@example.com"}]
)
async def test_changed_account_ends_the_challenge(
    client: AsyncClient, session: AsyncSession, user: User, change: dict[str, Any]
) -> None:
    token = await challenge_of(client, user)
    _, superuser = await signed_in_superuser(session)
    assert (await client.patch(f"{V1}/users/{user.id}", headers=superuser, json=change)).status_code == 200
    assert problem(await answer(client, token)) == OVER


async def test_answer_from_another_site_is_refused(client: AsyncClient, user: User) -> None:
    body = {"token": await challenge_of(client, user), "kind": "riddle", "answer": "adA"}
    response = await client.post(COMPLETE["session"], headers={"Sec-Fetch-Site": "cross-site"}, json=body)
    assert problem(response) == (403, "AUTH_006")


async def test_answered_sign_in_ends_other_sessions(
    client: AsyncClient, session: AsyncSession, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SINGLE_SESSION", True)
    await sign_in(session, user)
    await answer(client, await challenge_of(client, user))
    assert await sessions(session, user) == 1


async def test_five_wrong_answers_end_the_challenge(client: AsyncClient, user: User) -> None:
    token = await challenge_of(client, user)
    for _ in range(5):
        assert problem(await answer(client, token, "wrong")) == WRONG
    assert problem(await answer(client, token, "boB")) == OVER


async def test_wrong_answers_count_across_challenges(client: AsyncClient, user: User, clock: Clock) -> None:
    clock.freeze()
    for _ in range(2):
        token = await challenge_of(client, user)
        for _ in range(5):
            assert problem(await answer(client, token, "wrong")) == WRONG
    token = await challenge_of(client, user)
    refused = await answer(client, token, "boB")
    assert (problem(refused), refused.headers["retry-after"]) == ((429, "RATE_001"), "30")


async def test_factor_set_up_during_sign_in_counts(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await create_user(session)
    await session.commit()
    begin = sign_in_module._begin_session

    async def slow(*args: Any) -> Any:
        created = await begin(*args)
        user.full_name = "Ada"
        await session.commit()
        return created

    monkeypatch.setattr(sign_in_module, "_begin_session", slow)
    assert problem(await log_in(client, user)) == (403, "AUTH_MFA_REQUIRED")
    assert await sessions(session, user) == 0


async def test_trusted_browser_needs_no_answer(
    client: AsyncClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_trusted(_: AutocommitSession, request: Request, user_id: uuid.UUID) -> bool:
        return request.headers["user-agent"] == f"trusted by {user_id}"

    monkeypatch.setattr(challenges, "_exemptions", [is_trusted])
    client.headers["user-agent"] = f"trusted by {user.id}"
    assert (await log_in(client, user)).status_code == 200
    assert problem(await log_in(client, user, "access-token")) == (403, "AUTH_MFA_REQUIRED")
    client.headers["user-agent"] = "another"
    assert problem(await log_in(client, user)) == (403, "AUTH_MFA_REQUIRED")


async def test_users_list_filters_by_factor(client: AsyncClient, session: AsyncSession, user: User) -> None:
    superuser, headers = await signed_in_superuser(session)

    async def found(factor: str) -> list[str]:
        response = await client.get(f"{V1}/users/", headers=headers, params={"factor": factor})
        return [each["email"] for each in response.json()["data"]]

    assert (await found("riddle"), await found("none"), await found("x")) == ([user.email], [superuser.email], [])
