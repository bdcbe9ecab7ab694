"""Sign-in for API clients: the OAuth2 password form returns a bearer token."""

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.security.signed_tokens import ACCESS, decode_token
from tests.auth.factories import sign_in
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

PATH = "/api/v1/login/access-token"
TEST = "/api/v1/login/test-token"


async def test_form_returns_a_working_bearer_token(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    response = await client.post(PATH, data={"username": user.email, "password": PASSWORD})
    assert response.status_code == 200
    token = response.json()
    assert set(token) == {"access_token", "token_type", "expires_in"}
    assert token["token_type"] == "bearer"
    tested = await client.post(TEST, headers={"Authorization": f"Bearer {token['access_token']}"})
    assert (tested.status_code, tested.json()["email"]) == (200, user.email)


async def test_form_accepts_the_fields_of_oauth2(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    form = {"grant_type": "password", "scope": "", "username": user.email, "password": PASSWORD}
    assert (await client.post(PATH, data=form)).status_code == 200


async def test_token_ends_with_its_session(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    token = (await client.post(PATH, data={"username": user.email, "password": PASSWORD})).json()["access_token"]
    claims = decode_token(ACCESS, token)
    assert claims["sub"] == str(user.id)
    assert 14 * 60 < claims["exp"] - utc_now().timestamp() <= 15 * 60


@pytest.mark.parametrize("email", ["ADA@EXAMPLE.COM", "Ada@Example.com"])
async def test_email_is_case_insensitive(client: AsyncClient, session: AsyncSession, email: str) -> None:
    await create_user(session, email="ada@example.com")
    assert (await client.post(PATH, data={"username": email, "password": PASSWORD})).status_code == 200


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada@example.com", "a wrong password"),
        ("ada@example.com", PASSWORD.upper()),
        ("ada@example.com", f"{PASSWORD} "),
        ("nobody@example.com", PASSWORD),
        ("no address", PASSWORD),
    ],
)
async def test_all_wrong_credentials_get_the_same_400(
    client: AsyncClient, session: AsyncSession, username: str, password: str
) -> None:
    await create_user(session, email="ada@example.com")
    response = await client.post(PATH, data={"username": username, "password": password})
    assert problem(response) == (400, "AUTH_003")
    assert response.json()["detail"] == "Incorrect email or password"


async def test_right_password_reveals_an_inactive_account(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, is_active=False)
    response = await client.post(PATH, data={"username": user.email, "password": PASSWORD})
    assert problem(response) == (400, "AUTH_004")
    assert response.json()["detail"] == "Inactive user"


async def test_wrong_password_hides_an_inactive_account(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, is_active=False)
    response = await client.post(PATH, data={"username": user.email, "password": "a wrong password"})
    assert problem(response) == (400, "AUTH_003")


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, ["username", "password"]),
        ({"username": "ada@example.com"}, ["password"]),
        ({"password": PASSWORD}, ["username"]),
        ({"username": "ada@example.com", "password": PASSWORD, "grant_type": "client_credentials"}, ["grant_type"]),
    ],
)
async def test_incomplete_form_is_refused_at_the_field(
    client: AsyncClient, form: dict[str, str], wrong: list[str]
) -> None:
    response = await client.post(PATH, data=form)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == wrong


async def test_form_as_json_is_refused(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    response = await client.post(PATH, json={"username": user.email, "password": PASSWORD})
    assert problem(response) == (422, "VAL_001")


async def test_each_login_opens_its_own_session(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    form = {"username": user.email, "password": PASSWORD}
    tokens = [(await client.post(PATH, data=form)).json()["access_token"] for _ in range(2)]
    ids = {decode_token(ACCESS, token)["sid"] for token in tokens}
    assert len(ids) == 2


async def test_test_token_returns_the_user(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session, full_name="Ada")
    response = await client.post(TEST, headers=await sign_in(session, user))
    assert (response.status_code, response.json()["full_name"]) == (200, "Ada")


async def test_test_token_needs_a_token(client: AsyncClient) -> None:
    response = await client.post(TEST)
    assert problem(response) == (401, "AUTH_001")
    assert response.headers["www-authenticate"] == "Bearer"
