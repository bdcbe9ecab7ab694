"""Sign-in with a further proof, which a feature can bring. Here the test brings one."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import challenges, cookies
from app.auth.config import settings
from app.auth.models import UserSession
from app.core.database import session as db
from app.core.database.statements import AutocommitSession
from app.users.models import User
from tests.auth.factories import Headers, sign_in, signed_in_superuser
from tests.auth.refreshing import by_body
from tests.core.answers import fields, problem
from tests.fixtures import Clock
from tests.users.factories import PASSWORD, create_user

V1 = "/api/v1"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
OVER, WRONG = (400, "AUTH_005"), (400, "AUTH_003")
COMPLETE = {"session": f"{V1}/login/challenge", "access-token": f"{V1}/login/access-token/challenge"}


class Riddle:
    """Asks users with a full name for it, backwards. Notes each attempt in the name itself."""

    name = "riddle"

    async def is_set_up(self, *, session: AutocommitSession, user_id: uuid.UUID) -> bool:
        async with db.WriteSession() as own:
            return (await own.get_one(User, user_id)).full_name is not None

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        return {"question": "Your name, backwards"}

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        user = await session.get_one(User, user_id)
        is_right = answer == (user.full_name or "")[::-1]
        if not is_right:
            user.full_name = "Bob"  # as a kind counts wrong attempts
        return is_right


@pytest.fixture(autouse=True)
def riddle() -> Iterator[None]:
    challenges.register(Riddle())
    yield
    del challenges._registered["riddle"]


@pytest.fixture
async def user(session: AsyncSession) -> User:
    user = await create_user(session, full_name="Ada")
    await session.commit()
    return user


async def log_in(client: AsyncClient, user: User, way: str = "session", password: str = PASSWORD) -> Response:
    if way == "session":
        body = {"email": user.email, "password": password}
        return await client.post(f"{V1}/login/session", headers=SAME_ORIGIN, json=body)
    return await client.post(f"{V1}/login/access-token", data={"username": user.email, "password": password})


async def challenge_of(client: AsyncClient, user: User, way: str = "session") -> str:
    response = await log_in(client, user, way)
    assert problem(response) == (403, "AUTH_MFA_REQUIRED")
    assert response.json()["challenge"]["kinds"] == {"riddle": {"question": "Your name, backwards"}}
    assert "set-cookie" not in response.headers
    return str(response.json()["challenge"]["token"])


async def answer(
    client: AsyncClient, token: str, text: str = "adA", way: str = "session", kind: str = "riddle"
) -> Response:
    body = {"token": token, "kind": kind, "answer": text}
    return await client.post(COMPLETE[way], headers=SAME_ORIGIN, json=body)


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
    assert sorted(response.status_code for response in responses) == [200, 400, 400, 400]


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


async def old_session(session: AsyncSession, user: User) -> Headers:
    return await sign_in(session, user, authenticated_at=user.created_at - timedelta(hours=1))


async def reauthenticate(client: AsyncClient, headers: Headers, **body: Any) -> Response:
    return await client.post(f"{V1}/login/reauthenticate", headers=headers, json=body)


async def test_reauthentication_asks_for_the_proof_too(client: AsyncClient, session: AsyncSession, user: User) -> None:
    headers = await old_session(session, user)
    refused = await reauthenticate(client, headers, password=PASSWORD)
    assert problem(refused) == (403, "AUTH_MFA_REQUIRED")
    required = (403, "AUTH_REAUTHENTICATION_REQUIRED")
    assert problem(await client.delete(f"{V1}/sessions/", headers=headers)) == required
    token = refused.json()["challenge"]["token"]
    proof = {"token": token, "kind": "riddle", "answer": "adA"}
    assert problem(await answer(client, token)) == OVER
    assert (await reauthenticate(client, headers, challenge=proof)).status_code == 200
    assert (await client.delete(f"{V1}/sessions/", headers=headers)).status_code == 200


async def test_proof_of_another_user_is_refused(client: AsyncClient, session: AsyncSession, user: User) -> None:
    headers = await old_session(session, user)
    other = await create_user(session, full_name="Ada")
    own = await old_session(session, other)
    token = (await reauthenticate(client, own, password=PASSWORD)).json()["challenge"]["token"]
    proof = {"token": token, "kind": "riddle", "answer": "adA"}
    assert problem(await reauthenticate(client, headers, challenge=proof)) == OVER
    required = (403, "AUTH_REAUTHENTICATION_REQUIRED")
    assert problem(await client.delete(f"{V1}/sessions/", headers=headers)) == required
