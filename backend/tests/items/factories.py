"""Makes items for tests."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.items.models import Item


async def create_item(session: AsyncSession, owner_id: uuid.UUID, **fields: object) -> Item:
    item = Item.model_validate({"title": "An item", **fields, "owner_id": owner_id})
    session.add(item)
    await session.commit()
    return item


async def create_items(session: AsyncSession, owner_id: uuid.UUID, *titles: str) -> list[Item]:
    return [await create_item(session, owner_id, title=title) for title in titles]
