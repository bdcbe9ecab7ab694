"""Sessions and their tokens end when their time is over."""

from datetime import timedelta

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.service import SESSION_LIFETIME
from tests.auth.factories import signed_in_user
from tests.core.answers import problem
from tests.fixtures import Clock

ME = "/api/v1/users/me"


async def test_session_lasts_its_lifetime_and_no_longer(
    client: AsyncClient, session: AsyncSession, clock: Clock
) -> None:
    clock.freeze()
    _, headers = await signed_in_user(session)
    clock.advance(SESSION_LIFETIME - timedelta(seconds=1))
    assert (await client.get(ME, headers=headers)).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert problem(await client.get(ME, headers=headers)) == (401, "AUTH_001")
