"""Sessions and tokens that nobody can use any more are deleted."""

from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud, jobs
from app.auth.models import OneTimeToken, RecentWrite, TokenPurpose, UserSession
from app.core.clock import utc_now
from tests.fixtures import Clock
from tests.users.factories import create_user

HOUR = timedelta(hours=1)


async def test_sessions_are_deleted_after_thirty_days(session: AsyncSession, clock: Clock) -> None:
    user, other = await create_user(session), await create_user(session)
    kept = UserSession(user_id=other.id, expires_at=utc_now() + 2 * HOUR)
    session.add_all([UserSession(user_id=user.id, expires_at=utc_now() + HOUR), kept])
    await session.commit()
    clock.advance(timedelta(days=30, hours=1, minutes=30))
    await jobs.delete_old_sessions()
    assert (await session.exec(select(UserSession.id))).all() == [kept.id]


async def test_ended_one_time_tokens_are_deleted(session: AsyncSession, clock: Clock) -> None:
    purpose, tokens = TokenPurpose.RESET_PASSWORD, []
    users = [await create_user(session) for _ in range(3)]
    for user, lifetime in zip(users, (HOUR, 3 * HOUR, 3 * HOUR), strict=True):
        values = {"user_id": user.id, "email": user.email, "purpose": purpose, "lifetime": lifetime}
        tokens.append(await crud.create_one_time_token(session=session, **values))  # type: ignore[arg-type]
    assert await crud.use_one_time_token(session=session, token=tokens[1], purpose=purpose)
    await session.commit()
    clock.advance(2 * HOUR)
    await jobs.delete_ended_one_time_tokens()
    assert (await session.exec(select(OneTimeToken.user_id))).all() == [users[2].id]


async def test_times_of_old_writes_are_deleted(session: AsyncSession) -> None:
    old, recent = await create_user(session), await create_user(session)
    for user, ago in ((old, 2 * HOUR), (recent, HOUR / 2)):
        session.add(RecentWrite(user_id=user.id, at=utc_now() - ago))
    await session.commit()
    await jobs.delete_old_writes()
    assert (await session.exec(select(RecentWrite.user_id))).all() == [recent.id]
