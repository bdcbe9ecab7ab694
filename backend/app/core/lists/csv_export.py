"""Lists as CSV (RFC 4180), for people: with the mark by which spreadsheets know UTF-8, and without formulas."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from starlette.responses import Response

from app.core.database.statements import Record
from app.core.http.streaming import Stream
from app.core.lists.paged_list import WholeList

EXPORT_SECONDS = 600
# A spreadsheet would run a cell with such a beginning, whoever has written it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvResponse(Response):
    """For `response_class=`, which is what the OpenAPI document says of the answer."""

    media_type = "text/csv"


class NoLongerAllowed(Exception):
    """Cuts a download: the session has ended, or the user's rights are others."""


async def csv_response(name: str, rows: WholeList, is_allowed: Callable[[], Awaitable[bool]]) -> Stream:
    """A download. What goes wrong before the first rows are there is a problem as everywhere.

    `is_allowed` is asked before each further piece.
    """
    first = await anext(rows.chunks)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "X-Total-Count": str(rows.count)}
    return Stream(_encoded(rows, first, is_allowed), media_type="text/csv", seconds=EXPORT_SECONDS, headers=headers)


async def _encoded(
    rows: WholeList, first: list[Record], is_allowed: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    yield _lines([rows.names, *first]).encode("utf-8-sig")
    async for chunk in rows.chunks:
        if not await is_allowed():
            raise NoLongerAllowed
        yield _lines(chunk).encode()


def _lines(records: Iterable[Record]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(value) for value in record] for record in records)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Values as in JSON; `None` is an empty cell."""
    match value:
        case str():
            return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value
