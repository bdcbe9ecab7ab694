"""Lists as CSV (RFC 4180) for spreadsheets: with a UTF-8 byte order mark and with formulas escaped."""

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
# A spreadsheet runs a cell that starts with one of these as a formula, and other users may have written the cell.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvResponse(Response):
    """For `response_class=`, which sets the media type in the OpenAPI document."""

    media_type = "text/csv"


class NoLongerAllowed(Exception):
    """Aborts a download: the session ended or the user's permissions changed."""


async def csv_response(name: str, rows: WholeList, is_allowed: Callable[[], Awaitable[bool]]) -> Stream:
    """Create the response of a download.

    Loads the first chunk itself, so that an error up to there is a problem document. `is_allowed` is called before
    each further chunk; if it returns False, the download is aborted.
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
    """Format a value as in JSON; `None` is an empty cell."""
    match value:
        case str():
            return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value
