"""Owners are notified of changes of their items."""

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.factories import signed_in_user
from tests.items.factories import create_item
from tests.live.conftest import OpenTab

ITEMS = "/api/v1/items/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_owner_is_notified_of_each_kind_of_change(
    session: AsyncSession, live: AsyncClient, open_tab: OpenTab, method: str
) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id)
    async with open_tab(headers) as tab:
        path = ITEMS if method == "POST" else f"{ITEMS}{item.id}"
        body = None if method == "DELETE" else {"title": "Changed"}
        assert (await live.request(method, path, headers=headers, json=body)).status_code == 200
        assert await tab.topic() == "items"
