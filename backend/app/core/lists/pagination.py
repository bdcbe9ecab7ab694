"""Parameters and responses of lists: pages by number (`skip`, `page`), or by cursor, at the same cost at any depth."""

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, Field, model_validator
from sqlmodel import SQLModel

from app.core.errors import Invalid
from app.core.lists.sort_key import SortKey

MAX_LIMIT = 100
MAX_SKIP = 1_000_000
MAX_CURSOR = 4_000
"""Enough for the longest text that an index holds, about 2,700 bytes."""
MAX_PAGE = MAX_SKIP // MAX_LIMIT + 1
COUNT_LIMIT = 10_000
"""Up to here the rows of a list are counted exactly."""
_MAX_OFFSET = 10**12

RowT = TypeVar("RowT")
Counting = Literal["bounded", "exact"]


class ListFilter(BaseModel):
    """Search text and order of a list. A feature adds its own filters and `sort: Literal[...]`."""

    q: str | None = Field(default=None, max_length=255, description="Text to search for")
    sort: str


class ListParams(ListFilter):
    """Parameters of a list with pages."""

    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    limit: int = Field(default=MAX_LIMIT, ge=1, le=MAX_LIMIT)
    page: int | None = Field(default=None, ge=1, le=MAX_PAGE, description="Page number, takes precedence over `skip`")
    cursor: str | None = Field(default=None, max_length=MAX_CURSOR, description="`next_cursor` of the previous page")
    count: Counting = Field(
        default="bounded", description=f"`exact` also counts lists of more than {COUNT_LIMIT:,} rows, which is slow"
    )

    @model_validator(mode="after")
    def _page_to_skip(self) -> Self:
        if self.page is not None:
            self.skip = (self.page - 1) * self.limit
        return self


class Pagination(SQLModel):
    """The place of a page in its list. The list ends where `has_next` is false and `next_cursor` is null."""

    page: int
    page_size: int
    total_pages: int
    has_next: bool
    has_prev: bool
    next_cursor: str | None
    count_is_exact: bool = Field(
        description=f"False if `count` is an estimate, which lists of more than {COUNT_LIMIT:,} rows have"
    )


class Page(BaseModel, Generic[RowT]):
    """One page of a list; `count` is the number of rows on all pages, estimated if it is large."""

    data: list[RowT]
    count: int
    pagination: Pagination


@dataclass(frozen=True)
class Cursor:
    """The end of a page: the last row's sort key and id, and the number of rows up to and including it."""

    sort: str
    key: Any
    id: Any
    offset: int

    def encode(self, sort_key: SortKey, id_key: SortKey) -> str:
        key, row_id = sort_key.to_json(self.key), id_key.to_json(self.id)
        document = json.dumps([self.sort, key, row_id, self.offset], ensure_ascii=False)
        return base64.urlsafe_b64encode(document.encode()).decode()

    @classmethod
    def decode(cls, text: str, *, sort: str, sort_key: SortKey, id_key: SortKey) -> "Cursor":
        """Decode a cursor. Raises `Invalid` if it is malformed or has a different sort order."""
        try:
            cursor_sort, key, row_id, offset = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
            if cursor_sort == sort and type(offset) is int and 0 <= offset <= _MAX_OFFSET:
                return cls(sort, sort_key.from_json(key), id_key.from_json(row_id), offset)
        except (ValueError, TypeError, AttributeError, RecursionError):
            pass  # the same error as for a cursor of another list
        raise InvalidCursor


class InvalidCursor(Invalid):
    def __init__(self) -> None:
        super().__init__("cursor", "Invalid cursor for this list. Start from the first page.")
