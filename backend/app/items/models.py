"""Items: a title and a description that belong to a user. This is the example feature; copy it to start your own."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from app.core.clock import utc_now
from app.core.fields import NotBlank
from app.core.ids import new_id
from app.core.lists.daily_counts import DayCount
from app.core.lists.pagination import ListFilter, ListParams, Page
from app.core.models import READ_WRITE, PartialUpdate, Versioned

Title = Annotated[str, Field(min_length=1, max_length=255), NotBlank()]


class ItemBase(SQLModel):
    title: Title
    description: str | None = Field(default=None, max_length=255)


class ItemCreate(ItemBase):
    """Body of a request that creates an item."""


class ItemUpdate(PartialUpdate):
    """Body of a request that changes an item. An absent field keeps its value."""

    title: Title = Field(default=None)
    description: str | None = Field(default=None, max_length=255)


class Item(ItemBase, Versioned, table=True):
    """Table of items. `version` increases with each change and serves as the ETag."""

    __tablename__ = "items"
    __grants__ = READ_WRITE
    __table_args__ = (
        # One index per order of the lists, by creation and by title, for one owner and for all owners.
        Index("ix_items_owner_id_created_at", "owner_id", "created_at", "id"),
        Index("ix_items_created_at", "created_at", "id"),
        Index("ix_items_owner_id_title", "owner_id", text("lower(title)"), "id"),
        Index("ix_items_title", text("lower(title)"), "id"),
        # The searched columns.
        Index("ix_items_title_search", "title", postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
        Index(
            "ix_items_description_search",
            "description",
            postgresql_using="gin",
            postgresql_ops={"description": "gin_trgm_ops"},
        ),
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    created_at: datetime = Field(default_factory=utc_now)


class ItemPublic(SQLModel):
    """An item as the API returns it."""

    id: uuid.UUID
    owner_id: uuid.UUID
    title: str
    description: str | None
    created_at: datetime
    version: int


class ItemsPublic(Page[ItemPublic]):
    """One page of items."""


class ItemsFilter(ListFilter):
    """Query parameters of the list and of the export, besides the search text `q`."""

    owner_id: uuid.UUID | None = None
    sort: Literal["created_at", "-created_at", "title", "-title"] = "-created_at"


class ItemsParams(ItemsFilter, ListParams):
    """Query parameters of the list, including those that select the page."""


class ItemsStats(SQLModel):
    """Number of items, in total and by day of creation."""

    count: int
    days: list[DayCount]
