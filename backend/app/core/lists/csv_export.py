"""Lists as CSV (RFC 4180) for spreadsheets: with a UTF-8 byte order mark and with formulas escaped."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from starlette.responses import Response

from app.core.database.statements import Record
from app.core.http.streaming import Stream
from app.core.lists.paged_list import WholeList

EXPORT_SECONDS = 600
# A spreadsheet runs a cell that starts with one of these as a formula, and other users may have written the cell. It
# skips blanks and quotes before the sign, knows full-width signs, and takes what follows a semicolon, a tab or the end
# of a line as the next cell if it expects such separators.
_SKIPPED, _SIGNS = r'(?:[^\S\t\r\n]|["\ufeff\u200b])*', r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(rf"(^(?=[\t\r\n])|(?:^|\r\n|[;\t\r\n])(?={_SKIPPED}{_SIGNS}))")


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
    yield (",".join(rows.names) + "\r\n" + _lines(first)).encode("utf-8-sig")
    async for chunk in rows.chunks:
        if not await is_allowed():
            raise NoLongerAllowed
        yield _lines(chunk).encode()


def _lines(records: Iterable[Record]) -> str:
    return "".join(",".join(map(_cell, record)) + "\r\n" for record in records)


def _cell(value: Any) -> str:
    """Format a value as in JSON; `None` is empty. Every text is quoted, because separators differ by country."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Decimal():
            return f"{value:f}"
        case int() | float() | date() | UUID():
            return str(value)
        case str():
            text = _FORMULA.sub(r"\1'", value)
        case _:
            text = _FORMULA.sub(r"\1'", to_json(value).decode())
    return '"' + text.replace('"', '""') + '"'
