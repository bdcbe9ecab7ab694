"""Queries and invariants of items. A `None` owner means every owner: that is for superusers."""

import uuid

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, insert, or_
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
    sort_keys={"created_at": None, "title": func.lower(Item.title)},
    searched=(Item.title, Item.description),
    filters={"owner_id": Item.owner_id == bindparam("owner_id")},
    scope={"visible_owner_id": Item.owner_id == bindparam("visible_owner_id")},
    returns=ItemsPublic,
)
_STATS = DailyCounts(Item, returns=ItemsStats)
_STATS_OF_OWNER = DailyCounts(Item, Item.owner_id == bindparam("owner_id"), returns=ItemsStats)
_visible = or_(bindparam("owner_id", type_=Uuid).is_(None), col(Item.owner_id) == bindparam("owner_id"))
_chosen = select(Item.id).where(col(Item.id) == any_(bindparam("item_ids", type_=ARRAY(Uuid))), _visible)
# In the order of ids: two of these at once cannot wait for each other.
_locked = _chosen.order_by(col(Item.id)).with_for_update()
_DELETE_ITEMS = Statement(delete(Item).where(col(Item.id).in_(_locked)).returning(col(Item.id)))


async def read_items(
    *, session: AutocommitSession, params: ItemsParams, owner_id: uuid.UUID | None
) -> Row[ItemsPublic]:
    return await _ITEMS.page(session, params, visible_owner_id=owner_id)


async def read_all_items(*, session: AutocommitSession, params: ItemsFilter, owner_id: uuid.UUID | None) -> WholeList:
    return await _ITEMS.whole(session, params, visible_owner_id=owner_id)


async def read_items_stats(*, session: AutocommitSession, days: int, owner_id: uuid.UUID | None) -> Row[ItemsStats]:
    if owner_id is None:
        return await _STATS.read(session, days=days)
    return await _STATS_OF_OWNER.read(session, days=days, owner_id=owner_id)


async def read_item(*, session: AutocommitSession, item_id: uuid.UUID, owner_id: uuid.UUID | None) -> Row[ItemPublic]:
    """`ItemPublic`. Raises `NotFound` also for somebody else's: its existence is none of the asker's business."""
    row = await session.first(_ITEM, item_id=item_id)
    if row is None or (owner_id is not None and row["owner_id"] != owner_id):
        raise NotFound("Item not found")
    return row


async def create_item(*, session: AutocommitSession, item_create: ItemCreate, owner_id: uuid.UUID) -> Row[ItemPublic]:
    """`ItemPublic`. One statement that stands alone, so it needs no transaction around it."""
    values = {"id": new_id(), "owner_id": owner_id, "created_at": utc_now(), "version": 1, **item_create.model_dump()}
    return await session.one(_CREATE_ITEM, **values)


async def get_item(*, session: AsyncSession, item_id: uuid.UUID, owner_id: uuid.UUID | None) -> Item:
    """The item, locked until the commit: two changes at once come one after the other. Raises `NotFound`."""
    item = await session.get(Item, item_id, with_for_update=True)
    if item is None or (owner_id is not None and item.owner_id != owner_id):
        raise NotFound("Item not found")
    return item


async def update_item(*, session: AsyncSession, item: Item, item_update: ItemUpdate) -> Item:
    item.sqlmodel_update(item_update.model_dump(exclude_unset=True))
    await session.flush()
    return item


async def delete_item(*, session: AsyncSession, item: Item) -> None:
    await session.delete(item)
    await session.flush()


async def delete_items(*, session: AutocommitSession, item_ids: list[uuid.UUID], owner_id: uuid.UUID | None) -> int:
    """How many there were. One statement, as `create_item`."""
    return len(await session.all(_DELETE_ITEMS, item_ids=item_ids, owner_id=owner_id))
