"""A second factor for tests of what `auth` does with any: the user's name, backwards."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import challenges
from app.auth.crud import _session_principal
from app.users import crud as users_crud
from app.users.models import User
from tests.core.answers import problem
from tests.users.factories import PASSWORD

V1 = "/api/v1"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
OVER = (401, "AUTH_CHALLENGE_EXPIRED")
COMPLETE = {"session": f"{V1}/login/challenge", "access-token": f"{V1}/login/access-token/challenge"}


class Riddle:
    """Asks users with a full name for it, backwards. Notes each attempt in the name itself."""

    name = "riddle"
    is_factor = True
    is_set_up = col(User.full_name).is_not(None)

    async def start(self, *, session: AsyncSession, user_id: uuid.UUID, token: str) -> dict[str, Any]:
        return {"question": "Your name, backwards"}

    async def is_right(self, *, session: AsyncSession, user_id: uuid.UUID, token: str, answer: str) -> bool:
        user = await session.get_one(User, user_id)
        is_right = answer == (user.full_name or "")[::-1]
        if not is_right:
            user.full_name = "Bob"  # as a kind can note an attempt
        return is_right


@pytest.fixture
def riddle() -> Iterator[None]:
    """The only factor that there is, whichever features the project has."""
    registered = dict(challenges._registered)
    challenges._registered.clear()
    challenges.register(Riddle())
    _forget_statements()
    yield
    challenges._registered.clear()
    _forget_statements()
    for kind in registered.values():
        challenges.register(kind)


def _forget_statements() -> None:
    """They were compiled with the factors that there were before."""
    _session_principal.cache_clear()
    users_crud._USERS._compiled.clear()


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
