import uuid
from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.lists.daily_counts import DayCount
from app.core.lists.pagination import ListFilter, ListParams, Page
from app.core.models import PartialUpdate, Versioned

Title = Annotated[str, Field(min_length=1, max_length=255)]


class ItemBase(SQLModel):
    title: Title
    description: str | None = Field(default=None, max_length=255)


class ItemCreate(ItemBase):
    pass


class ItemUpdate(PartialUpdate):
    title: Title = Field(default=None)
    description: str | None = Field(default=None, max_length=255)


class Item(ItemBase, Versioned, table=True):
    __tablename__ = "items"
    __table_args__ = (
        # The lists of an owner and of everybody, by creation and by title.
        Index("ix_items_owner_id_id", "owner_id", "id"),
        Index("ix_items_owner_id_title", "owner_id", text("lower(title)"), "id"),
        Index("ix_items_title", text("lower(title)"), "id"),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    created_at: datetime = Field(default_factory=utc_now)


class ItemPublic(SQLModel):
    id: uuid.UUID
    owner_id: uuid.UUID
    title: str
    description: str | None
    created_at: datetime
    version: int


class ItemsPublic(Page[ItemPublic]):
    pass


class ItemsFilter(ListFilter):
    owner_id: uuid.UUID | None = None
    sort: Literal["created_at", "-created_at", "title", "-title"] = "-created_at"


class ItemsParams(ItemsFilter, ListParams):
    pass


class ItemsStats(SQLModel):
    count: int
    days: list[DayCount]
