"""Profiles for tests."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.profiles.models import Profile
from app.users.models import User


async def create_profile(session: AsyncSession, user: User, **fields: Any) -> Profile:
    profile = Profile(user_id=user.id, **fields)
    session.add(profile)
    await session.commit()
    return profile
