"""Requests a link to reset a password, reads it from the mail, and uses it."""

import re
from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient, Response

from scripts.local.mailstore import Mail
from tests.fixtures import RunJobs

Mails = Callable[[], list[Mail]]
RequestToken = Callable[[], Awaitable[str]]

EMAIL = "ada@example.com"
NEW_PASSWORD = "another horse battery"


def link_token(mail: Mail, path: str) -> str:
    """Return the token of the mail's link to a page. HTML and text must have the same one."""
    link = re.compile(re.escape(path) + r"#token=([\w-]{20,})")
    [token] = {found for kind in ("html", "plain") for found in link.findall(mail.body(kind))}
    return str(token)


def reset_token(mail: Mail) -> str:
    return link_token(mail, "/reset-password")


@pytest.fixture
def request_token(client: AsyncClient, mails: Mails, run_jobs: RunJobs) -> RequestToken:
    """Request a link for the account of `EMAIL`, as a user does who forgot the password. Returns its token."""

    async def request() -> str:
        await client.post(f"/api/v1/password-recovery/{EMAIL}")
        await run_jobs()
        return reset_token(mails()[0])

    return request


async def reset_password(client: AsyncClient, token: str, password: str = NEW_PASSWORD) -> Response:
    return await client.post("/api/v1/reset-password/", json={"token": token, "new_password": password})
