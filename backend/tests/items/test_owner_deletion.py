"""Items are deleted with their owner, in every way an account can be deleted."""

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.items.models import Item
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.items.factories import create_item

USERS = "/api/v1/users/"


@pytest.mark.parametrize("way", ["by the user", "by a superuser", "with others"])
async def test_only_items_of_the_deleted_user_are_deleted(client: AsyncClient, session: AsyncSession, way: str) -> None:
    superuser, admin = await signed_in_superuser(session)
    kept = await create_item(session, superuser.id)
    user, headers = await signed_in_user(session)
    await create_item(session, user.id)
    if way == "by the user":
        response = await client.delete(f"{USERS}me", headers=headers)
    elif way == "by a superuser":
        response = await client.delete(f"{USERS}{user.id}", headers=admin)
    else:
        response = await client.post(f"{USERS}bulk-delete", headers=admin, json={"ids": [str(user.id)]})
    assert response.status_code == 200
    assert (await session.exec(select(Item.id))).all() == [kept.id]
