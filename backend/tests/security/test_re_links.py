"""Links in mails are safe from those who only see or open them (RE-15, RE-16)."""

from urllib.parse import urlsplit

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.mailbox import EMAIL, NEW_PASSWORD, Mails, RequestToken, reset_password, reset_token
from tests.core.answers import problem
from tests.fixtures import RunJobs
from tests.users.factories import create_user

RESET = "/api/v1/reset-password/"


async def test_re15_opening_a_link_keeps_it_valid(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken
) -> None:
    await create_user(session, email=EMAIL)
    token = await request_token()
    for method in ("GET", "HEAD"):
        response = await client.request(method, RESET, params={"token": token, "new_password": NEW_PASSWORD})
        assert response.status_code == 405
    assert (await reset_password(client, token)).status_code == 200


async def test_re16_token_is_only_in_the_fragment(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    """Browsers never send the fragment to a server. A token in the query is refused."""
    await create_user(session, email=EMAIL)
    await client.post(f"/api/v1/password-recovery/{EMAIL}")
    await run_jobs()
    [mail] = mails()
    token = reset_token(mail)
    for kind in ("plain", "html"):
        links = [urlsplit(word.strip('"<>')) for word in mail.body(kind).replace("href=", " ").split() if token in word]
        assert links
        assert all(token not in link.path + link.query for link in links)
    response = await client.post(RESET, params={"token": token}, json={"new_password": NEW_PASSWORD})
    assert problem(response) == (422, "VAL_001")
