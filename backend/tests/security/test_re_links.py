"""A link in a mail is safe with those who see it on its way (RE-15, RE-16)."""

from urllib.parse import urlsplit

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.mailbox import Mails, reset_token
from tests.core.answers import problem
from tests.fixtures import RunJobs
from tests.users.factories import create_user

RESET = "/api/v1/reset-password/"
EMAIL = "ada@example.com"


async def test_re15_opening_a_link_does_not_use_it_up(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    await create_user(session, email=EMAIL)
    await client.post(f"/api/v1/password-recovery/{EMAIL}")
    await run_jobs()
    token = reset_token(mails()[0])
    for method in ("GET", "HEAD"):
        response = await client.request(method, RESET, params={"token": token, "new_password": "another horse battery"})
        assert response.status_code == 405
    response = await client.post(RESET, json={"token": token, "new_password": "another horse battery"})
    assert response.status_code == 200


async def test_re16_token_is_in_the_fragment_only(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    """Browsers send a fragment to no server. A token in the query opens nothing."""
    await create_user(session, email=EMAIL)
    await client.post(f"/api/v1/password-recovery/{EMAIL}")
    await run_jobs()
    [mail] = mails()
    token = reset_token(mail)
    for kind in ("plain", "html"):
        links = [urlsplit(word.strip('"<>')) for word in mail.body(kind).replace("href=", " ").split() if token in word]
        assert links
        assert all(token not in link.path + link.query for link in links)
    response = await client.post(RESET, params={"token": token}, json={"new_password": "another horse battery"})
    assert problem(response) == (422, "VAL_001")
