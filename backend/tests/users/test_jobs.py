"""Stored pictures without a user are deleted, and no others."""

import uuid
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core import storage
from app.users import avatars, jobs
from tests.auth.factories import signed_in_user
from tests.fixtures import Clock
from tests.users.pictures import picture, stored, upload

OTHER_FILE = f"{avatars.FOLDER}not-a-picture"


@pytest.mark.parametrize(("days", "is_deleted"), [(0, False), (2, True)])
async def test_orphaned_pictures_are_deleted_after_a_day(
    client: AsyncClient, session: AsyncSession, clock: Clock, days: int, is_deleted: bool
) -> None:
    user, headers = await signed_in_user(session)
    await upload(client, headers, picture())
    await session.refresh(user)
    assert user.avatar_url is not None
    used = avatars.key(user.id, user.avatar_url)
    orphans = {avatars.key(user.id, avatars.new_url(user.id)), avatars.key(uuid.uuid4(), avatars.new_url(user.id))}
    for key in (*orphans, OTHER_FILE):
        await storage.put(key, b"")
    clock.advance(timedelta(days=days))
    await jobs.delete_orphaned_avatars()
    for key in (used, OTHER_FILE):
        assert await storage.get(key) is not None
    assert {await storage.get(key) for key in orphans} == ({None} if is_deleted else {b""})
    for key in (used, OTHER_FILE, *orphans):
        await storage.delete(key=key)
    assert stored() == []
