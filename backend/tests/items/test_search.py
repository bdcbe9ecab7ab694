"""The search in items uses the indexes of the searched columns, also where one user has many similar items."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.items.crud import _ITEMS
from app.items.models import ItemsParams
from tests.core.test_lists import explained
from tests.items.factories import create_many_items
from tests.users.factories import create_user


async def test_search_uses_the_indexes(session: AsyncSession) -> None:
    user = await create_user(session)
    await create_many_items(session, user.id, *["a" * 255] * 3_000)
    source: Any = await explained(session)
    # What VACUUM does.
    for name in ("ix_items_title_search", "ix_items_description_search"):
        await source.connection.execute(f"SELECT gin_clean_pending_list('{name}')")
    await source.connection.execute("ANALYZE items")
    for name in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        await source.connection.execute(f"SET LOCAL {name} = on")
    for owner_id in (user.id, None):
        source.plans.clear()
        await _ITEMS.page(source.session, ItemsParams(q="a" * 127 + "b"), visible_owner_id=owner_id)
        assert "ix_items_title_search" in source.plans[0]
        assert "ix_items_description_search" in source.plans[0]
