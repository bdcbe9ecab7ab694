"""The guard of the logs sees lines of both libraries, with secrets from requests and responses."""

import logging

import structlog
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.main import create_app
from tests.core import log_guard
from tests.users.factories import PASSWORD, create_user


async def test_guard_sees_passwords_tokens_and_cookies(client: AsyncClient, session: AsyncSession) -> None:
    user = await create_user(session)
    form = {"username": user.email, "password": PASSWORD}
    token = (await client.post("/api/v1/login/access-token", data=form)).json()["access_token"]
    body = {"email": user.email, "password": PASSWORD}
    origin = {"Origin": "http://localhost:8000"}
    await client.post("/api/v1/login/session", json=body, headers=origin)
    cookies = client.cookies.values()
    assert len(cookies) == 3
    assert log_guard.leaks() == []
    for secret in (PASSWORD, token, *cookies):
        structlog.get_logger().debug("event", value=secret)
        logging.getLogger("library").warning("%s", secret)
    assert len(log_guard.leaks()) == 10
    log_guard.lines.clear()


async def test_guard_sees_tokens_and_addresses_of_requests(client: AsyncClient) -> None:
    token, address = "t" * 43, "grace@example.com"
    await client.post("/api/v1/reset-password/", json={"token": token, "new_password": "a new password"})
    await client.post(f"/api/v1/password-recovery/{address}")
    assert log_guard.leaks() == []
    log_guard.lines.extend([f"token {token}", f"address {address}", "password a new password"])
    assert len(log_guard.leaks()) == 3
    log_guard.lines.clear()


def test_guard_survives_a_new_application() -> None:
    create_app()
    log_guard.secrets.add("a secret of a test")
    structlog.get_logger().debug("event", value="a secret of a test")
    assert len(log_guard.leaks()) == 1
    log_guard.lines.clear()
