"""Create items for tests."""

import uuid

from sqlalchemy import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.ids import new_id
from app.items.models import Item


async def create_item(session: AsyncSession, owner_id: uuid.UUID, **fields: object) -> Item:
    item = Item.model_validate({"title": "An item", **fields, "owner_id": owner_id})
    session.add(item)
    await session.commit()
    return item


async def create_items(session: AsyncSession, owner_id: uuid.UUID, *titles: str) -> list[Item]:
    return [await create_item(session, owner_id, title=title) for title in titles]


async def create_many_items(session: AsyncSession, owner_id: uuid.UUID, *titles: str) -> list[uuid.UUID]:
    """Insert items with one statement and return their ids."""
    ids = [new_id() for _ in titles]
    rows = [
        {"id": id, "owner_id": owner_id, "title": title, "created_at": utc_now()}
        for id, title in zip(ids, titles, strict=True)
    ]
    await (await session.connection()).execute(insert(Item), rows)
    await session.commit()
    return ids
