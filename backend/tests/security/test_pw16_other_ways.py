"""Every way to prove an identity is limited, not only sign-in (PW-16)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.http.rate_limits import is_sign_in
from app.main import app
from tests.auth.factories import signed_in_user
from tests.auth.mailbox import NEW_PASSWORD
from tests.core.answers import problem
from tests.fixtures import Clock
from tests.users.factories import PASSWORD

API = "/api/v1"
WRONG = "a wrong password"


def test_pw16_every_public_write_is_limited() -> None:
    """An endpoint without a session has the limit of sign-in: declare it with `@limit_sign_in()`."""
    public = [
        (operation["operationId"], path, method)
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if method not in ("get", "head") and "security" not in operation and not path.startswith(f"{API}/private/")
    ]
    limited = {route.name for route in app.routes if isinstance(route, APIRoute) and is_sign_in(route.endpoint)}
    assert {"login_access_token", "login_session", "register_user", "recover_password", "reset_password"} <= limited
    assert [each for each in public if each[0] not in limited] == []


Prove = Callable[[AsyncClient, dict[str, str], str], Awaitable[Response]]


async def change_password(client: AsyncClient, headers: dict[str, str], password: str) -> Response:
    body = {"current_password": password, "new_password": NEW_PASSWORD}
    return await client.patch(f"{API}/users/me/password", headers=headers, json=body)


async def reauthenticate(client: AsyncClient, headers: dict[str, str], password: str) -> Response:
    return await client.post(f"{API}/login/reauthenticate", headers=headers, json={"password": password})


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        (change_password, reauthenticate, (400, "REQ_001")),
        (reauthenticate, change_password, (400, "AUTH_003")),
    ],
)
async def test_pw16_current_password_cannot_be_guessed(
    client: AsyncClient, session: AsyncSession, clock: Clock, first: Prove, second: Prove, wrong: tuple[int, str]
) -> None:
    """A stolen session cannot find out the password, whichever way it tries."""
    _, headers = await signed_in_user(session)
    clock.freeze()
    for _ in range(5):
        assert problem(await first(client, headers, WRONG)) == wrong
    response = await second(client, headers, PASSWORD)
    assert (problem(response), response.headers["retry-after"]) == ((429, "RATE_001"), "30")
    clock.advance(timedelta(seconds=30))
    assert (await second(client, headers, PASSWORD)).status_code == 200
