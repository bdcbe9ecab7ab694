"""Queries for items.

- `read_...` and `create_item` run one statement each, compiled at import. A `Row` is a dict with the fields of the
  public model that the docstring names.
- `get_item` loads an entity, which `update_item` and `delete_item` change in the same transaction.
- `owner_id` limits a query to one owner's items; `None` means all owners and is for superusers.
"""

import uuid

from sqlalchemy import bindparam, delete, insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import NotFound
from app.core.ids import new_id
from app.core.lists.daily_counts import DailyCounts
from app.core.lists.paged_list import PagedList, WholeList
from app.core.models import columns
from app.items.models import Item, ItemCreate, ItemPublic, ItemsFilter, ItemsParams, ItemsPublic, ItemsStats, ItemUpdate

_ITEM = Statement(select(*columns(Item, ItemPublic)).where(Item.id == bindparam("item_id")), returns=ItemPublic)
_CREATE_ITEM = Statement(insert(Item).returning(*columns(Item, ItemPublic)), returns=ItemPublic)
_ITEMS = PagedList(
    select(*columns(Item, ItemPublic)),
    id_column=Item.id,
    sort_keys={"created_at": Item.created_at, "title": func.lower(Item.title)},
    searched=(Item.title, Item.description),
    filters={"owner_id": Item.owner_id == bindparam("owner_id")},
    scope={"visible_owner_id": Item.owner_id == bindparam("visible_owner_id")},
    returns=ItemsPublic,
)
_STATS = DailyCounts(Item, returns=ItemsStats)
_STATS_OF_OWNER = DailyCounts(Item, Item.owner_id == bindparam("owner_id"), returns=ItemsStats)


async def read_items(
    *, session: AutocommitSession, params: ItemsParams, owner_id: uuid.UUID | None
) -> Row[ItemsPublic]:
    """Return `ItemsPublic`: one page of items."""
    return await _ITEMS.page(session, params, visible_owner_id=owner_id)


async def read_all_items(*, session: AutocommitSession, params: ItemsFilter, owner_id: uuid.UUID | None) -> WholeList:
    """Return all items that match the filter, to be read in chunks."""
    return await _ITEMS.whole(session, params, visible_owner_id=owner_id)


async def read_items_stats(*, session: AutocommitSession, days: int, owner_id: uuid.UUID | None) -> Row[ItemsStats]:
    """Return `ItemsStats` for the last `days` days, including today."""
    if owner_id is None:
        return await _STATS.read(session, days=days)
    return await _STATS_OF_OWNER.read(session, days=days, owner_id=owner_id)


async def read_item(*, session: AutocommitSession, item_id: uuid.UUID, owner_id: uuid.UUID | None) -> Row[ItemPublic]:
    """Return `ItemPublic`. Raises `NotFound`, for another owner's item too, so as not to reveal that it exists."""
    row = await session.first(_ITEM, item_id=item_id)
    if row is None or (owner_id is not None and row["owner_id"] != owner_id):
        raise NotFound("Item not found")
    return row


async def create_item(*, session: AutocommitSession, item_create: ItemCreate, owner_id: uuid.UUID) -> Row[ItemPublic]:
    """Insert an item, and return `ItemPublic`. A single statement, so it needs no transaction."""
    values = {"id": new_id(), "owner_id": owner_id, "created_at": utc_now(), "version": 1, **item_create.model_dump()}
    return await session.one(_CREATE_ITEM, **values)


async def get_item(*, session: AsyncSession, item_id: uuid.UUID, owner_id: uuid.UUID | None) -> Item:
    """Return the item, locked until the commit, so that concurrent changes run one after the other.

    Raises `NotFound`, as `read_item` does.
    """
    item = await session.get(Item, item_id, with_for_update=True)
    if item is None or (owner_id is not None and item.owner_id != owner_id):
        raise NotFound("Item not found")
    return item


async def update_item(*, session: AsyncSession, item: Item, item_update: ItemUpdate) -> Item:
    """Change the given fields. Fields that are absent from `item_update` keep their values."""
    item.sqlmodel_update(item_update.model_dump(exclude_unset=True))
    await session.flush()
    return item


async def delete_item(*, session: AsyncSession, item: Item) -> None:
    await session.delete(item)
    await session.flush()


async def delete_items(*, session: AsyncSession, item_ids: list[uuid.UUID], owner_id: uuid.UUID | None) -> int:
    """Delete the items that exist and have this owner, and return their number."""
    found = select(Item.id).where(col(Item.id).in_(item_ids))
    if owner_id is not None:
        found = found.where(Item.owner_id == owner_id)
    # Locks the rows in the order of ids, so that two concurrent requests cannot deadlock.
    locked = found.order_by(col(Item.id)).with_for_update()
    deleted = await session.exec(delete(Item).where(col(Item.id).in_(locked)).returning(col(Item.id)))
    return len(deleted.all())
