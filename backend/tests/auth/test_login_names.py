"""Users sign in with their address, and with a name if a feature brings names."""

import pytest
from httpx2 import AsyncClient, Response
from pydantic import TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import login_names
from app.auth.models import LoginSession
from app.core.database.statements import AutocommitSession
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

TOKEN, SESSION = "/api/v1/login/access-token", "/api/v1/login/session"
EMAIL = "ada@example.com"


class Names:
    async def find_address(self, *, session: AutocommitSession, name: str) -> str | None:
        return EMAIL if name == "ada" else None


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> list[login_names.LoginNames]:
    names: list[login_names.LoginNames] = []
    monkeypatch.setattr(login_names, "_registered", names)
    return names


async def dashboard(client: AsyncClient, login: str, password: str = PASSWORD) -> Response:
    body = {"email": login, "password": password}
    return await client.post(SESSION, json=body, headers={"Sec-Fetch-Site": "same-origin"})


async def form(client: AsyncClient, login: str, password: str = PASSWORD) -> Response:
    return await client.post(TOKEN, data={"username": login, "password": password})


@pytest.mark.usefixtures("registered")
async def test_without_names_only_addresses_sign_in(client: AsyncClient, session: AsyncSession) -> None:
    await create_user(session, email=EMAIL)
    assert problem(await form(client, "ada")) == (400, "AUTH_003")
    response = await dashboard(client, "ada")
    assert (problem(response), fields(response)) == ((422, "VAL_001"), ["email"])
    assert TypeAdapter(LoginSession).json_schema()["properties"]["email"]["format"] == "email"


async def test_name_or_address_signs_in(
    client: AsyncClient, session: AsyncSession, registered: list[login_names.LoginNames]
) -> None:
    await create_user(session, email=EMAIL)
    registered.append(Names())
    for login in ("ada", " ADA", EMAIL):
        assert (await form(client, login)).status_code == 200
        assert (await dashboard(client, login)).status_code == 200
    for login in ("bob", "ada@", "", "a" * 250):
        assert problem(await form(client, login or "-")) == (400, "AUTH_003")
        assert problem(await dashboard(client, login)) == (400, "AUTH_003")
    assert "format" not in TypeAdapter(LoginSession).json_schema()["properties"]["email"]
