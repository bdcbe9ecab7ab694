"""Parameters and responses of lists: pages by number (`skip`, `page`), or by cursor, at the same cost at any depth."""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, Field, model_validator
from sqlmodel import SQLModel

from app.core.errors import Invalid

MAX_LIMIT = 100
MAX_SKIP = 1_000_000
MAX_PAGE = MAX_SKIP // MAX_LIMIT + 1
_MAX_OFFSET = 10**12

RowT = TypeVar("RowT")


class ListFilter(BaseModel):
    """Search text and order of a list. A feature adds its own filters and `sort: Literal[...]`."""

    q: str | None = Field(default=None, max_length=255, description="Text to search for")
    sort: str


class ListParams(ListFilter):
    """Parameters of a list with pages."""

    skip: int = Field(default=0, ge=0, le=MAX_SKIP)
    limit: int = Field(default=MAX_LIMIT, ge=1, le=MAX_LIMIT)
    page: int | None = Field(default=None, ge=1, le=MAX_PAGE, description="Page number, takes precedence over `skip`")
    cursor: str | None = Field(default=None, max_length=2_000, description="`next_cursor` of the previous page")

    @model_validator(mode="after")
    def _page_to_skip(self) -> Self:
        if self.page is not None:
            self.skip = (self.page - 1) * self.limit
        return self


class Pagination(SQLModel):
    page: int
    page_size: int
    total_pages: int
    has_next: bool
    has_prev: bool
    next_cursor: str | None


class Page(BaseModel, Generic[RowT]):
    """One page of a list; `count` is the number of rows on all pages."""

    data: list[RowT]
    count: int
    pagination: Pagination


@dataclass(frozen=True)
class Cursor:
    """The end of a page: the last row's sort key and id, and the number of rows up to and including it."""

    sort: str
    key: str | None
    id: uuid.UUID
    offset: int

    def encode(self) -> str:
        document = json.dumps([self.sort, self.key, str(self.id), self.offset])
        return base64.urlsafe_b64encode(document.encode()).decode()

    @classmethod
    def decode(cls, text: str, *, sort: str, has_key: bool) -> "Cursor":
        """Decode a cursor. Raises `Invalid` if it is malformed or has a different sort order."""
        try:
            document = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
            cursor_sort, key, row_id, offset = document
            cursor = cls(cursor_sort, key, uuid.UUID(row_id), offset)
            is_key = _is_text(key) if has_key else key is None
            if cursor_sort == sort and is_key and type(offset) is int and 0 <= offset <= _MAX_OFFSET:
                return cursor
        except (ValueError, TypeError, AttributeError, RecursionError):
            pass  # the same error as for a cursor of another list
        raise Invalid("cursor", "Invalid cursor for this list. Start from the first page.")


def _is_text(key: object) -> bool:
    """Return whether the key is text that PostgreSQL can store."""
    return isinstance(key, str) and not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in key)
