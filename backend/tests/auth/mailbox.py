"""Reads the mails of this feature as they have arrived."""

import re
from collections.abc import Callable

from httpx2 import AsyncClient

from scripts.local.mailstore import Mail
from tests.fixtures import RunJobs

Mails = Callable[[], list[Mail]]

_LINK = re.compile(r"/reset-password#token=([\w-]{20,})")


def reset_token(mail: Mail) -> str:
    """The token of the mail's link; HTML and text have the same."""
    [token] = {found for kind in ("html", "plain") for found in _LINK.findall(mail.body(kind))}
    return str(token)


async def ask_for_token(client: AsyncClient, mails: Mails, run_jobs: RunJobs, email: str) -> str:
    """Asks for a link like a user who forgot the password, and takes its token from the mail."""
    await client.post(f"/api/v1/password-recovery/{email}")
    await run_jobs()
    return reset_token(mails()[0])
