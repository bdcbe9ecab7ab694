import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from app.auth.deps import CurrentUser
from app.core.db import ReadSessionDep, SessionDep
from app.core.models import Message
from app.core.openapi import problems
from app.core.responses import answer
from app.items import crud
from app.items.models import Item, ItemCreate, ItemPublic, ItemsParams, ItemsPublic, ItemUpdate

router = APIRouter(prefix="/items", tags=["items"])


async def get_own_item(session: SessionDep, current_user: CurrentUser, id: uuid.UUID) -> Item:
    return await crud.get_item(session=session, item_id=id, owner_id=current_user.visible_owner_id)


ItemDep = Annotated[Item, Depends(get_own_item)]


@router.get("/", response_model=ItemsPublic)
async def read_items(
    session: ReadSessionDep, current_user: CurrentUser, params: Annotated[ItemsParams, Query()]
) -> Any:
    page = await crud.read_items(session=session, params=params, owner_id=current_user.visible_owner_id)
    return answer(ItemsPublic, page)


@router.get("/{id}", response_model=ItemPublic, responses=problems(404))
async def read_item(session: ReadSessionDep, current_user: CurrentUser, id: uuid.UUID) -> Any:
    item = await crud.read_item(session=session, item_id=id, owner_id=current_user.visible_owner_id)
    return answer(ItemPublic, item)


@router.post("/", response_model=ItemPublic, responses=problems(409))
async def create_item(session: ReadSessionDep, current_user: CurrentUser, body: ItemCreate) -> Any:
    item = await crud.create_item(session=session, item_create=body, owner_id=current_user.id)
    return answer(ItemPublic, item)


@router.put("/{id}", response_model=ItemPublic, responses=problems(404))
async def update_item(session: SessionDep, item: ItemDep, body: ItemUpdate) -> Any:
    return await crud.update_item(session=session, item=item, item_update=body)


@router.delete("/{id}", response_model=Message, responses=problems(404))
async def delete_item(session: SessionDep, item: ItemDep) -> Any:
    await crud.delete_item(session=session, item=item)
    return Message(message="Item deleted successfully")
