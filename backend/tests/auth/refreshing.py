"""Sign in and refresh in the ways of API clients and of browsers."""

from typing import Any

from httpx2 import AsyncClient, Response

from app.users.models import User
from tests.users.factories import PASSWORD

LOGIN = "/api/v1/login/session"
LOGOUT = "/api/v1/login/logout"
ME = "/api/v1/users/me"
REFRESH = "/api/v1/login/refresh"
TOKEN = "/api/v1/login/access-token"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def pair(client: AsyncClient, user: User) -> dict[str, Any]:
    """Return the response's body: both tokens of a new session."""
    form = {"username": user.email, "password": PASSWORD, "scope": "offline_access"}
    response = await client.post(TOKEN, data=form)
    assert response.status_code == 200
    return dict(response.json())


async def log_in(client: AsyncClient, user: User) -> Response:
    body = {"email": user.email, "password": PASSWORD}
    response = await client.post(LOGIN, headers=SAME_ORIGIN, json=body)
    assert response.status_code == 200
    return response


async def by_body(client: AsyncClient, token: str, **headers: str) -> Response:
    return await client.post(REFRESH, headers=headers, json={"refresh_token": token})


async def by_cookie(client: AsyncClient) -> Response:
    return await client.post(REFRESH, headers=SAME_ORIGIN)
