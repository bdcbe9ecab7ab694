"""Read problem documents and CSV from responses."""

import csv
import io
from typing import Any

from httpx2 import AsyncClient, Response

_WORDS = {"None": "", "True": "true", "False": "false"}


def problem(response: Response) -> tuple[int, str]:
    """Return the status and the error code."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


def fields(response: Response) -> list[str]:
    """Return the fields that a validation error names."""
    return [error["field"] for error in response.json()["errors"]]


def csv_rows(response: Response) -> list[dict[str, str]]:
    assert (response.status_code, response.headers["content-type"]) == (200, "text/csv; charset=utf-8"), response.text
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), strict=True))


def as_csv(row: dict[str, Any]) -> dict[str, str]:
    """Return the row of a list in its CSV form. A text that looks like a formula is not escaped here."""
    return {name: _WORDS.get(repr(value), str(value)) for name, value in row.items()}


async def listed_as_csv(client: AsyncClient, path: str, headers: dict[str, str], **params: Any) -> list[dict[str, str]]:
    """Return the rows of all pages of a list in their CSV form."""
    rows: list[dict[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        body = (await client.get(path, headers=headers, params={**params, **cursor})).json()
        rows += [as_csv(row) for row in body["data"]]
        if not body["pagination"]["has_next"]:
            return rows
        cursor = {"cursor": body["pagination"]["next_cursor"]}
