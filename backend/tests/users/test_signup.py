"""Sign-up, and the shortcut for local development."""

from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.security.passwords import verify_password
from app.users.config import UsersSettings, settings
from app.users.models import User
from tests.auth.factories import signed_in_superuser
from tests.core.answers import fields, problem
from tests.users.factories import PASSWORD, create_user

SIGNUP = "/api/v1/users/signup"
PRIVATE = "/api/v1/private/users/"
BODY = {"email": "ada@example.com", "password": PASSWORD}


async def stored_users(session: AsyncSession) -> list[User]:
    return list((await session.exec(select(User))).all())


async def test_signup_creates_an_ordinary_active_user(client: AsyncClient, session: AsyncSession) -> None:
    response = await client.post(SIGNUP, json={**BODY, "full_name": "Ada"})
    assert response.status_code == 200
    body = response.json()
    assert (body["email"], body["full_name"]) == ("ada@example.com", "Ada")
    assert (body["is_active"], body["is_superuser"]) == (True, False)
    assert [str(user.id) for user in await stored_users(session)] == [body["id"]]


async def test_signup_stores_only_a_hash_of_the_password(client: AsyncClient, session: AsyncSession) -> None:
    response = await client.post(SIGNUP, json=BODY)
    [user] = await stored_users(session)
    assert user.hashed_password.startswith("$argon2id$")
    assert await verify_password(PASSWORD, user.hashed_password) == (True, None)
    assert PASSWORD not in response.text
    assert "argon2" not in response.text


async def test_signup_needs_no_full_name(client: AsyncClient) -> None:
    assert (await client.post(SIGNUP, json=BODY)).json()["full_name"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": PASSWORD}, "email"),
        ({"email": "ada@example.com"}, "password"),
        ({**BODY, "email": None}, "email"),
        ({**BODY, "email": "ada"}, "email"),
        ({**BODY, "email": "ada@localhost"}, "email"),
        ({**BODY, "email": "x" * 65 + "@example.com"}, "email"),
        ({**BODY, "email": f"x@{'y' * 250}.com"}, "email"),
        ({**BODY, "password": None}, "password"),
        ({**BODY, "password": "x" * 7}, "password"),
        ({**BODY, "password": "x" * 129}, "password"),
        ({**BODY, "password": 12345678}, "password"),
        ({**BODY, "full_name": "x" * 256}, "full_name"),
        ({**BODY, "full_name": ["Ada"]}, "full_name"),
    ],
)
async def test_signup_reports_invalid_values_by_field(
    client: AsyncClient, session: AsyncSession, body: dict[str, Any], field: str
) -> None:
    response = await client.post(SIGNUP, json=body)
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [field]
    assert await stored_users(session) == []


async def test_signup_reports_a_taken_email(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    response = await client.post(SIGNUP, json={**BODY, "email": user.email})
    assert problem(response) == (409, "DUP_001")
    assert fields(response) == ["email"]
    assert len(await stored_users(session)) == 1


async def test_signup_can_be_closed(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "USERS_OPEN_REGISTRATION", False)
    response = await client.post(SIGNUP, json=BODY)
    assert problem(response) == (403, "AUTH_002")
    assert await stored_users(session) == []


async def test_private_endpoint_creates_users_without_a_session(client: AsyncClient, session: AsyncSession) -> None:
    response = await client.post(PRIVATE, json={**BODY, "full_name": "Ada"})
    assert response.status_code == 200
    [user] = await stored_users(session)
    assert (user.email, user.full_name, user.is_superuser) == ("ada@example.com", "Ada", False)


async def test_private_endpoint_creates_no_superuser(client: AsyncClient, session: AsyncSession) -> None:
    """Every user of the developer's machine can reach it."""
    response = await client.post(PRIVATE, json={**BODY, "is_superuser": True})
    assert problem(response) == (403, "AUTH_002")
    assert await stored_users(session) == []


async def test_private_endpoint_refuses_a_taken_email(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    response = await client.post(PRIVATE, json={**BODY, "email": user.email})
    assert problem(response) == (409, "DUP_001")


async def test_private_endpoint_refuses_invalid_values(client: AsyncClient) -> None:
    response = await client.post(PRIVATE, json={**BODY, "password": "short"})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == ["password"]


NAMES = ["a\nb", "a\rb", "a\tb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029", "\x1b[31m"]


@pytest.mark.parametrize("name", NAMES)
async def test_control_character_in_a_name_is_refused(client: AsyncClient, session: AsyncSession, name: str) -> None:
    """RE-17: a name stands in emails."""
    superuser, headers = await signed_in_superuser(session)
    responses = [
        await client.post(SIGNUP, json={**BODY, "full_name": name}),
        await client.post("/api/v1/users/", headers=headers, json={**BODY, "full_name": name}),
        await client.post(PRIVATE, json={**BODY, "full_name": name}),
        await client.patch("/api/v1/users/me", headers=headers, json={"full_name": name}),
        await client.patch(f"/api/v1/users/{superuser.id}", headers=headers, json={"full_name": name}),
    ]
    assert [(problem(response), fields(response)) for response in responses] == [((422, "VAL_001"), ["full_name"])] * 5


@pytest.mark.parametrize("name", ["Jo\u200d\U0001f469\u200d\U0001f4bb", "שלום", 'O\'Brien "Bob" <b>', " a "])
async def test_unusual_name_is_accepted(client: AsyncClient, name: str) -> None:
    assert (await client.post(SIGNUP, json={**BODY, "full_name": name})).json()["full_name"] == name


@pytest.mark.parametrize("email", [" ada@example.com", "ada@example.com ", "\tADA@example.com\u00a0"])
async def test_blanks_around_an_address_are_ignored(client: AsyncClient, session: AsyncSession, email: str) -> None:
    assert (await client.post(SIGNUP, json={**BODY, "email": email})).json()["email"] == "ada@example.com"
    form = {"username": email, "password": PASSWORD}
    assert (await client.post("/api/v1/login/access-token", data=form)).status_code == 200
    login = {"email": email, "password": PASSWORD}
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    assert (await client.post("/api/v1/login/session", json=login, headers=same_origin)).status_code == 200
    assert (await client.post(f"/api/v1/password-recovery/{quote(email)}")).status_code == 200
    user, headers = await signed_in_superuser(session)
    assert problem(await client.post("/api/v1/users/", headers=headers, json={**BODY, "email": email}))[0] == 409
    own = await client.post("/api/v1/users/me/email", headers=headers, json={"email": f" {user.email}\t"})
    assert problem(own)[0] == 422


def test_blanks_around_the_first_superuser_are_ignored() -> None:
    assert UsersSettings(FIRST_SUPERUSER=" Root@example.com ").FIRST_SUPERUSER == "root@example.com"
