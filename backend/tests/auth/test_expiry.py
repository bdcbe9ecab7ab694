"""Sessions and their tokens end when their time is over."""

from datetime import timedelta

from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import UserSession
from app.auth.service import ACCESS_LIFETIME
from app.core.clock import utc_now
from tests.auth.factories import signed_in_user
from tests.core.answers import problem
from tests.fixtures import Clock

ME = "/api/v1/users/me"


async def test_token_lasts_its_lifetime_and_no_longer(client: AsyncClient, session: AsyncSession, clock: Clock) -> None:
    clock.freeze()
    _, headers = await signed_in_user(session)
    clock.advance(ACCESS_LIFETIME - timedelta(seconds=1))
    assert (await client.get(ME, headers=headers)).status_code == 200
    clock.advance(timedelta(seconds=1))
    assert problem(await client.get(ME, headers=headers)) == (401, "AUTH_001")


async def test_stored_end_of_a_session_counts_too(client: AsyncClient, session: AsyncSession) -> None:
    """An operator can end sessions early in the database. Their tokens would be valid for longer."""
    user, headers = await signed_in_user(session)
    user_session = (await session.exec(select(UserSession).where(UserSession.user_id == user.id))).one()
    user_session.expires_at = utc_now() - timedelta(seconds=1)
    await session.commit()
    assert problem(await client.get(ME, headers=headers)) == (401, "AUTH_001")
