import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from app.auth.deps import CurrentUser
from app.core.db import ReadSessionDep, SessionDep
from app.core.models import Message
from app.core.openapi import problems
from app.items import crud
from app.items.models import Item, ItemCreate, ItemPublic, ItemsParams, ItemsPublic, ItemUpdate

router = APIRouter(prefix="/items", tags=["items"])


async def visible_owner(current_user: CurrentUser) -> uuid.UUID | None:
    """Whose items the user may see: his own, or everybody's for a superuser."""
    return None if current_user.is_superuser else current_user.id


OwnerDep = Annotated[uuid.UUID | None, Depends(visible_owner)]


async def get_own_item(session: SessionDep, id: uuid.UUID, owner_id: OwnerDep) -> Item:
    """The item, locked until the commit: two changes at once come one after the other."""
    return await crud.get_item(session=session, item_id=id, owner_id=owner_id, for_update=True)


ItemDep = Annotated[Item, Depends(get_own_item)]


@router.get("/", response_model=ItemsPublic)
async def read_items(session: ReadSessionDep, owner_id: OwnerDep, params: Annotated[ItemsParams, Query()]) -> Any:
    return await crud.read_items(session=session, params=params, owner_id=owner_id)


@router.get("/{id}", response_model=ItemPublic, responses=problems(404))
async def read_item(session: ReadSessionDep, id: uuid.UUID, owner_id: OwnerDep) -> Any:
    return await crud.get_item(session=session, item_id=id, owner_id=owner_id)


@router.post("/", response_model=ItemPublic, responses=problems(409))
async def create_item(session: SessionDep, current_user: CurrentUser, body: ItemCreate) -> Any:
    return await crud.create_item(session=session, item_create=body, owner_id=current_user.id)


@router.put("/{id}", response_model=ItemPublic, responses=problems(404))
async def update_item(session: SessionDep, item: ItemDep, body: ItemUpdate) -> Any:
    return await crud.update_item(session=session, item=item, item_update=body)


@router.delete("/{id}", response_model=Message, responses=problems(404))
async def delete_item(session: SessionDep, item: ItemDep) -> Any:
    await crud.delete_item(session=session, item=item)
    return Message(message="Item deleted successfully")
