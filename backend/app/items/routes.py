"""Endpoints of items: users see and change their own items, superusers those of all users."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.auth.deps import CurrentUser, Writer, still_allowed
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.http.openapi import problems, raises
from app.core.http.preconditions import IfMatch
from app.core.http.responses import respond
from app.core.lists.csv_export import CsvResponse, csv_response
from app.core.lists.daily_counts import Days
from app.core.models import BulkDelete, Count, Message
from app.items import crud
from app.items.models import (
    Item,
    ItemCreate,
    ItemPublic,
    ItemsFilter,
    ItemsParams,
    ItemsPublic,
    ItemsStats,
    ItemUpdate,
)

router = APIRouter(prefix="/items", tags=["items"])


@raises(NotFound)
async def get_own_item(session: SessionDep, current_user: Writer, id: uuid.UUID, if_match: IfMatch) -> Item:
    """Load and lock the item to change. Raises `NotFound`, or `PreconditionFailed` for an outdated `If-Match`."""
    item = await crud.get_item(session=session, item_id=id, owner_id=current_user.visible_owner_id)
    if_match.check(item.version)
    return item


ItemDep = Annotated[Item, Depends(get_own_item)]


@router.get("/", response_model=ItemsPublic)
async def read_items(
    session: AutocommitDep, current_user: CurrentUser, params: Annotated[ItemsParams, Query()]
) -> Response:
    """List your items; superusers list the items of all users."""
    page = await crud.read_items(session=session, params=params, owner_id=current_user.visible_owner_id)
    return respond(ItemsPublic, page)


@router.get("/export", response_class=CsvResponse)
async def export_items(
    session: AutocommitDep, current_user: CurrentUser, params: Annotated[ItemsFilter, Query()]
) -> Response:
    """Download all matching items as CSV. `X-Total-Count` is the number of rows when the download started."""
    items = await crud.read_all_items(session=session, params=params, owner_id=current_user.visible_owner_id)
    return await csv_response("items", items, still_allowed(session, current_user))


@router.get("/stats", response_model=ItemsStats, responses=problems(Forbidden))
async def read_items_stats(
    session: AutocommitDep, current_user: CurrentUser, days: Days = 30, all: bool = False
) -> Response:
    """Count your items, in total and by day. With `all`, superusers count the items of all users."""
    if all and not current_user.acts_as_superuser:
        raise Forbidden("The user doesn't have enough privileges")
    owner_id = None if all else current_user.id
    return respond(ItemsStats, await crud.read_items_stats(session=session, days=days, owner_id=owner_id))


@router.get("/{id}", response_model=ItemPublic, responses=problems(NotFound))
async def read_item(session: AutocommitDep, current_user: CurrentUser, id: uuid.UUID) -> Response:
    """Get an item. Another user's item is reported as not found."""
    item = await crud.read_item(session=session, item_id=id, owner_id=current_user.visible_owner_id)
    return respond(ItemPublic, item)


@router.post("/", response_model=ItemPublic, responses=problems(Conflict))
async def create_item(session: AutocommitDep, current_user: CurrentUser, body: ItemCreate) -> Response:
    """Create an item that belongs to you."""
    item = await crud.create_item(session=session, item_create=body, owner_id=current_user.id)
    return respond(ItemPublic, item)


@router.put("/{id}", response_model=ItemPublic, responses=problems(Conflict))
async def update_item(session: SessionDep, item: ItemDep, body: ItemUpdate) -> Response:
    """Change an item. An absent field keeps its value."""
    return respond(ItemPublic, await crud.update_item(session=session, item=item, item_update=body))


@router.delete("/{id}", responses=problems(Conflict))
async def delete_item(session: SessionDep, item: ItemDep) -> Message:
    """Delete an item."""
    await crud.delete_item(session=session, item=item)
    return Message(message="Item deleted successfully")


@router.post("/bulk-delete")
async def delete_items(session: SessionDep, current_user: Writer, body: BulkDelete) -> Count:
    """Delete items. Returns how many existed and were yours; superusers can delete any."""
    owner_id = current_user.visible_owner_id
    return Count(count=await crud.delete_items(session=session, item_ids=body.ids, owner_id=owner_id))
