"""`app.dependency_overrides` replaces the session everywhere, the user's own query included."""

from collections.abc import Iterator
from typing import Any

import pytest
from email_validator import validate_email
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.deps import still_allowed
from app.auth.models import SessionPrincipal, UserSession
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.database.session import get_autocommit_session
from app.core.database.statements import AutocommitSession, Record, Statement
from app.main import app
from tests.auth.factories import signed_in_user
from tests.core.answers import problem
from tests.users.factories import PASSWORD, create_user

ME = "/api/v1/users/me"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


class NobodyIsSignedIn:
    """Finds no rows, whatever the statement."""

    async def fetch(self, statement: Statement, values: list[Any]) -> list[Record]:
        return []


@pytest.fixture
def overridden() -> Iterator[AutocommitSession]:
    other = AutocommitSession()
    other.source = NobodyIsSignedIn()
    app.dependency_overrides[get_autocommit_session] = lambda: other
    yield other
    app.dependency_overrides.clear()


async def test_user_is_read_by_the_overriding_session(
    client: AsyncClient, session: AsyncSession, overridden: AutocommitSession
) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.get(ME, headers=headers)) == (401, "AUTH_001")
    app.dependency_overrides.clear()
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_long_response_rechecks_with_its_own_session(
    session: AsyncSession, client: AsyncClient, overridden: AutocommitSession
) -> None:
    _, headers = await signed_in_user(session)
    app.dependency_overrides.clear()
    user = (await client.get(ME, headers=headers)).json()
    session_id = (await session.exec(select(UserSession.id))).one()
    current = SessionPrincipal.model_validate({**user, "session_id": session_id, "authenticated_at": utc_now()})
    assert await still_allowed(db.autocommit_session, current)()
    assert not await still_allowed(overridden, current)()


@pytest.fixture
def normalized(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were parsed."""
    seen = []

    def note(address: str, **options: Any) -> Any:
        seen.append(address)
        return validate_email(address, **options)

    monkeypatch.setattr("app.core.addresses.validate_email", note)
    return seen


async def test_sign_in_normalizes_the_address_once(
    client: AsyncClient, session: AsyncSession, normalized: list[str]
) -> None:
    user = await create_user(session)
    await session.commit()
    typed = user.email.upper()
    normalized.clear()
    response = await client.post(
        "/api/v1/login/session", json={"email": typed, "password": PASSWORD}, headers=SAME_ORIGIN
    )
    assert (response.status_code, normalized) == (200, [typed])
    normalized.clear()
    response = await client.post("/api/v1/login/access-token", data={"username": typed, "password": PASSWORD})
    assert (response.status_code, normalized) == (200, [typed])
