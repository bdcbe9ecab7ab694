"""Queries and invariants of items. A `None` owner means every owner: that is for superusers."""

import uuid
from typing import Any

from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.errors import NotFound
from app.core.models import columns
from app.core.pagination import contains, paginate
from app.items.models import Item, ItemCreate, ItemPublic, ItemsParams, ItemUpdate

_SORT_KEYS = {"created_at": None, "title": func.lower(Item.title)}


async def read_items(*, session: AsyncSession, params: ItemsParams, owner_id: uuid.UUID | None) -> dict[str, Any]:
    """One page of `ItemsPublic`."""
    statement = select(*columns(Item, ItemPublic))
    if owner_id is not None:
        statement = statement.where(Item.owner_id == owner_id)
    if params.q:
        statement = statement.where(contains(params.q, Item.title, Item.description))
    return await paginate(session, statement, params, sort_keys=_SORT_KEYS, id_column=Item.id)


async def get_item(
    *,
    session: AsyncSession,
    item_id: uuid.UUID,
    owner_id: uuid.UUID | None,
    for_update: bool = False,
) -> Item:
    """Raises `NotFound` also for somebody else's item: its existence is none of the asker's business."""
    item = await session.get(Item, item_id, with_for_update=for_update or None)
    if item is None or (owner_id is not None and item.owner_id != owner_id):
        raise NotFound("Item not found")
    return item


async def create_item(*, session: AsyncSession, item_create: ItemCreate, owner_id: uuid.UUID) -> Item:
    item = Item.model_validate(item_create, update={"owner_id": owner_id})
    session.add(item)
    await session.flush()
    return item


async def update_item(*, session: AsyncSession, item: Item, item_update: ItemUpdate) -> Item:
    item.sqlmodel_update(item_update.model_dump(exclude_unset=True))
    await session.flush()
    return item


async def delete_item(*, session: AsyncSession, item: Item) -> None:
    await session.delete(item)
    await session.flush()
