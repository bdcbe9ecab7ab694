"""A token can do what its scopes say, within the user's own permissions (AZ-11)."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud
from app.auth.models import ALL_SCOPES, Principal, Scope
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import problem
from tests.fixtures import Clock

ME, USERS = "/api/v1/users/me", "/api/v1/users/"
REFUSED = (403, "AUTH_002")


class Program(Principal):
    """A principal of another kind than a session."""

    granted: list[str]

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope in ALL_SCOPES if scope in self.granted)


@pytest.fixture
def granted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The scopes of all requests, which then come from programs."""
    scopes: list[str] = []

    def as_program(row: dict[str, object]) -> Principal:
        return Program.model_validate({**row, "session_id": None, "authenticated_at": None, "granted": scopes})

    monkeypatch.setattr(crud, "_as_principal", as_program)
    return scopes


@pytest.mark.parametrize(
    ("scopes", "can_read", "can_write"), [(["read"], True, False), (["write"], False, True), ([], False, False)]
)
async def test_az11_method_needs_its_scope(
    client: AsyncClient,
    session: AsyncSession,
    granted: list[str],
    scopes: list[str],
    can_read: bool,
    can_write: bool,
) -> None:
    _, headers = await signed_in_user(session)
    granted += scopes
    for method in ("GET", "HEAD"):
        response = await client.request(method, ME, headers=headers)
        assert response.status_code == (200 if can_read else 403)
    response = await client.post("/api/v1/login/test-token", headers=headers)
    assert (200 if can_write else 403) == response.status_code


async def test_az11_superuser_routes_need_the_scope_admin(
    client: AsyncClient, session: AsyncSession, granted: list[str]
) -> None:
    _, headers = await signed_in_superuser(session)
    granted += ["read", "write"]
    assert problem(await client.get(USERS, headers=headers)) == REFUSED
    granted.append("admin")
    assert (await client.get(USERS, headers=headers)).status_code == 200


async def test_az11_scope_admin_makes_no_superuser(
    client: AsyncClient, session: AsyncSession, granted: list[str]
) -> None:
    _, headers = await signed_in_user(session)
    granted += ALL_SCOPES
    assert problem(await client.get(USERS, headers=headers)) == REFUSED


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", f"{ME}/password"), ("DELETE", ME), ("POST", "/api/v1/login/logout"), ("GET", "/api/v1/sessions/")],
)
async def test_az11_some_routes_need_a_session(
    client: AsyncClient, session: AsyncSession, granted: list[str], method: str, path: str
) -> None:
    _, headers = await signed_in_user(session)
    granted += ALL_SCOPES
    assert problem(await client.request(method, path, headers=headers)) == REFUSED


async def test_az11_write_under_lock_needs_proof(
    client: AsyncClient, session: AsyncSession, granted: list[str]
) -> None:
    """A kind of principal that `confirm` does not know is refused."""
    user, headers = await signed_in_user(session)
    granted += ALL_SCOPES
    assert problem(await client.patch(ME, headers=headers, json={"full_name": "Ada"})) == (401, "AUTH_001")
    await session.refresh(user)
    assert user.full_name is None


async def use(client: AsyncClient, headers: Headers) -> None:
    assert (await client.get(ME, headers=headers)).status_code == 200


async def test_az11_deleting_the_account_needs_recent_proof(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    _, headers = await signed_in_user(session)
    clock.advance(timedelta(minutes=10, seconds=1))
    assert problem(await client.delete(ME, headers=headers)) == (403, "AUTH_REAUTHENTICATION_REQUIRED")
    await use(client, headers)
