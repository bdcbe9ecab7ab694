"""A signed-in user proves again who they are, and a second factor that the settings require."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import pytest
from fastapi import Depends
from httpx2 import AsyncClient, Response
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import challenges, deps
from app.auth.challenges import refuse_impossible_requirement
from app.auth.config import settings
from app.auth.factors import factors_changed
from app.auth.models import SessionPrincipal, UserSession
from app.core.clock import utc_now
from app.main import app
from app.users.models import User
from tests.auth.events import kinds_of
from tests.auth.factories import Headers, sign_in, signed_in_superuser
from tests.auth.riddle import OVER, SAME_ORIGIN, V1, answer, challenge_of, log_in, riddle  # noqa: F401
from tests.core.answers import problem
from tests.users.factories import PASSWORD, create_user

REQUIRED = (403, "AUTH_REAUTHENTICATION_REQUIRED")
SET_UP = (403, "AUTH_MFA_SETUP_REQUIRED")
pytestmark = pytest.mark.usefixtures("riddle")


@pytest.fixture
async def user(session: AsyncSession) -> User:
    user = await create_user(session, full_name="Ada")
    await session.commit()
    return user


async def old_session(session: AsyncSession, user: User) -> Headers:
    return await sign_in(session, user, authenticated_at=utc_now() - timedelta(hours=1))


async def reauthenticate(client: AsyncClient, headers: Headers, **body: Any) -> Response:
    return await client.post(f"{V1}/login/reauthenticate", headers=headers, json=body)


async def proof(client: AsyncClient, headers: Headers, text: str = "adA") -> dict[str, str]:
    started = (await client.post(f"{V1}/login/reauthenticate/challenge", headers=headers)).json()
    assert list(started["kinds"]) == ["riddle"]
    return {"token": started["token"], "kind": "riddle", "answer": text}


@pytest.mark.parametrize("by", ["password", "challenge"])
async def test_password_or_factor_proves_the_user(
    client: AsyncClient, session: AsyncSession, user: User, by: str
) -> None:
    headers = await old_session(session, user)
    refused = await client.delete(f"{V1}/sessions/", headers=headers)
    assert (problem(refused), refused.json()["needs_factor"]) == (REQUIRED, False)
    body: dict[str, Any] = {"password": PASSWORD} if by == "password" else {by: await proof(client, headers)}
    assert (await reauthenticate(client, headers, **body)).status_code == 200
    assert (await client.delete(f"{V1}/sessions/", headers=headers)).status_code == 200


async def test_user_without_a_factor_gets_no_kinds(client: AsyncClient, session: AsyncSession) -> None:
    headers = await old_session(session, await create_user(session))
    started = await client.post(f"{V1}/login/reauthenticate/challenge", headers=headers)
    assert started.json()["kinds"] == {}


async def test_wrong_answer_proves_nothing(client: AsyncClient, session: AsyncSession, user: User) -> None:
    headers = await old_session(session, user)
    refused = await reauthenticate(client, headers, challenge=await proof(client, headers, "Ada"))
    assert problem(refused) == (400, "AUTH_003")
    assert problem(await client.delete(f"{V1}/sessions/", headers=headers)) == REQUIRED


async def test_proof_of_another_session_is_refused(client: AsyncClient, session: AsyncSession, user: User) -> None:
    headers, other = await old_session(session, user), await old_session(session, user)
    stranger = await old_session(session, await create_user(session, full_name="Ada"))
    for sender in (other, stranger):
        assert problem(await reauthenticate(client, sender, challenge=await proof(client, headers))) == OVER


async def test_challenge_token_signs_nobody_in(client: AsyncClient, session: AsyncSession, user: User) -> None:
    token = (await proof(client, await old_session(session, user)))["token"]
    assert problem(await answer(client, token)) == OVER
    for each in (token, await challenge_of(client, user)):
        response = await client.get(f"{V1}/users/me", headers={"Authorization": f"Bearer {each}"})
        assert response.status_code == 401


@pytest.fixture
def guarded() -> Iterator[str]:
    """A route as a feature has it to change a factor."""

    @app.get("/guarded", include_in_schema=False)
    async def handler(_: Annotated[SessionPrincipal, Depends(deps.get_factor_session)]) -> str:
        return "open"

    route = app.router.routes.pop()
    app.router.routes.insert(0, route)
    yield "/guarded"
    app.router.routes.remove(route)


async def test_changing_factors_needs_a_factor(
    client: AsyncClient, session: AsyncSession, user: User, guarded: str
) -> None:
    headers = await old_session(session, user)
    await reauthenticate(client, headers, password=PASSWORD)
    refused = await client.get(guarded, headers=headers)
    assert (problem(refused), refused.json()["needs_factor"]) == (REQUIRED, True)
    await reauthenticate(client, headers, challenge=await proof(client, headers))
    assert (await client.get(guarded, headers=headers)).status_code == 200
    await reauthenticate(client, headers, password=PASSWORD)
    assert problem(await client.get(guarded, headers=headers)) == REQUIRED


async def test_changed_factor_ends_what_it_allowed(client: AsyncClient, session: AsyncSession, user: User) -> None:
    headers, other = await old_session(session, user), await old_session(session, user)
    token = await challenge_of(client, user)
    kept = (await session.exec(select(UserSession.id).where(UserSession.user_id == user.id))).all()[0]
    await factors_changed(session=session, user_id=user.id, event="riddle_added", kept_session_id=kept, proven="riddle")
    await session.commit()
    assert problem(await answer(client, token)) == OVER
    assert (await client.get(f"{V1}/users/me", headers=other)).status_code == 401
    assert (await client.delete(f"{V1}/sessions/", headers=headers)).status_code == 200
    assert "riddle_added" in await kinds_of(session, user)


async def test_required_factor_is_set_up_first(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REQUIRE_MFA_FOR", "everyone")
    user = await create_user(session)
    await session.commit()
    assert (await log_in(client, user)).status_code == 200
    assert problem(await client.get(f"{V1}/sessions/")) == SET_UP
    assert (await client.get(f"{V1}/users/me")).status_code == 200
    assert (await client.post(f"{V1}/login/reauthenticate/challenge", headers=SAME_ORIGIN)).status_code == 200
    user.full_name = "Ada"
    await session.commit()
    assert (await client.get(f"{V1}/sessions/")).status_code == 200
    assert (await client.post(f"{V1}/login/logout", headers=SAME_ORIGIN)).status_code == 200


async def test_user_can_leave_before_the_setup(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REQUIRE_MFA_FOR", "everyone")
    headers = await sign_in(session, await create_user(session))
    assert (await client.post(f"{V1}/login/logout", headers=headers)).status_code == 200


async def test_requirement_can_be_for_superusers_only(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REQUIRE_MFA_FOR", "superusers")
    _, superuser = await signed_in_superuser(session)
    headers = await sign_in(session, await create_user(session))
    assert problem(await client.get(f"{V1}/users/", headers=superuser)) == SET_UP
    assert (await client.get(f"{V1}/sessions/", headers=headers)).status_code == 200


def test_requirement_without_a_factor_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    challenges._registered.clear()  # the fixture restores them
    refuse_impossible_requirement()
    monkeypatch.setattr(settings, "REQUIRE_MFA_FOR", "everyone")
    with pytest.raises(SystemExit, match="REQUIRE_MFA_FOR"):
        refuse_impossible_requirement()
