"""Users sign in with their username (PW-06, PW-07)."""

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.security import passwords
from app.core.settings import settings
from tests.core.answers import problem
from tests.core.limits import NETWORK, client_from
from tests.profiles.factories import create_profile
from tests.users.factories import PASSWORD, create_user

TOKEN, SESSION = "/api/v1/login/access-token", "/api/v1/login/session"
EMAIL, NAME, UNKNOWN = "ada@example.com", "Ada_L", "nobody"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
WRONG = "a wrong password"

WAYS = pytest.mark.parametrize("way", ["form", "dashboard"])


async def log_in(client: AsyncClient, login: str, password: str = PASSWORD, way: str = "form") -> Response:
    if way == "form":
        return await client.post(TOKEN, data={"username": login, "password": password})
    return await client.post(SESSION, json={"email": login, "password": password}, headers=SAME_ORIGIN)


@pytest.fixture(autouse=True)
async def ada(session: AsyncSession) -> None:
    await create_profile(session, await create_user(session, email=EMAIL), username=NAME)


@pytest.fixture
def many_requests(limits: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only failures are limited, not requests."""
    monkeypatch.setattr(settings, "RATE_LIMIT_SIGN_IN", 10_000)


@WAYS
@pytest.mark.parametrize("login", [NAME, "ADA_L", " ada_l ", "ａｄａ_ｌ", EMAIL])
async def test_username_and_address_sign_in(client: AsyncClient, way: str, login: str) -> None:
    response = await log_in(client, login, way=way)
    assert response.status_code == 200
    if way == "dashboard":
        assert response.json()["email"] == EMAIL


@WAYS
async def test_pw06_wrong_and_unknown_names_are_alike(client: AsyncClient, session: AsyncSession, way: str) -> None:
    inactive = await create_user(session, email="inactive@example.com", is_active=False)
    await create_profile(session, inactive, username="inactive")
    responses = []
    for login in (EMAIL, NAME, "inactive", UNKNOWN, "x", "no name", "ada@", "nobody@example.com"):
        response = await log_in(client, login, WRONG, way)
        responses.append((response.status_code, {**response.json(), "request_id": ""}))
    assert responses[1:] == [responses[0]] * 7
    assert responses[0][1]["code"] == "AUTH_003"


async def test_pw07_unknown_name_costs_the_same(
    client: AsyncClient, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    verify, hashes = passwords._hasher.verify_and_update, []

    def observed(password: str, stored: str) -> tuple[bool, str | None]:
        hashes.append(stored.split("$")[1:4])
        return verify(password, stored)

    monkeypatch.setattr(passwords._hasher, "verify_and_update", observed)
    seen = []
    for login in (NAME, UNKNOWN, EMAIL):
        statements.clear()
        await log_in(client, login, WRONG)
        seen.append(list(statements))
    known, unknown, address = seen
    assert unknown == known
    assert len(known) == len(address) + 1
    assert hashes == [hashes[0]] * 3


@pytest.mark.usefixtures("many_requests")
async def test_pw12_name_and_address_count_together(client: AsyncClient) -> None:
    async with client_from(NETWORK, headers=SAME_ORIGIN) as stranger:
        for login in (NAME, EMAIL, "ADA_L", EMAIL, NAME):
            assert problem(await log_in(stranger, login, WRONG, "dashboard")) == (400, "AUTH_003")
        for login in (NAME, EMAIL):
            assert problem(await log_in(stranger, login, WRONG, "dashboard")) == (429, "RATE_001")


@pytest.mark.usefixtures("many_requests")
async def test_pw12_each_unknown_name_counts_alone(client: AsyncClient) -> None:
    """Otherwise a known name would stand out once the unknown ones are slowed down."""
    async with client_from(NETWORK, headers=SAME_ORIGIN) as stranger:
        for login in (UNKNOWN, "NOBODY", UNKNOWN, " nobody", UNKNOWN):
            assert problem(await log_in(stranger, login, WRONG, "dashboard")) == (400, "AUTH_003")
        assert problem(await log_in(stranger, UNKNOWN, WRONG, "dashboard")) == (429, "RATE_001")
        assert problem(await log_in(stranger, "somebody", WRONG, "dashboard")) == (400, "AUTH_003")


async def test_mistyped_password_is_not_stored(client: AsyncClient, session: AsyncSession) -> None:
    """Users type it as the name at times. A failed sign-in is a job, whose arguments are stored."""
    await log_in(client, PASSWORD, WRONG)
    connection = await session.connection()
    arguments = (await connection.execute(text("SELECT args::text FROM procrastinate_jobs"))).scalars().all()
    assert len(arguments) == 1
    assert PASSWORD not in arguments[0]


@WAYS
async def test_removed_username_signs_nobody_in(client: AsyncClient, way: str) -> None:
    token = (await log_in(client, NAME)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    await client.patch("/api/v1/profiles/me", headers=headers, json={"username": None})
    assert problem(await log_in(client, NAME, way=way)) == (400, "AUTH_003")
