"""Cells of the CSV export: every text is quoted, and no text becomes a formula in a spreadsheet."""

import csv
import io
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.lists.csv_export import _lines
from tests.auth.factories import signed_in_user
from tests.core.answers import csv_rows
from tests.items.factories import create_item

EXPORT = "/api/v1/items/export"
SIGNS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("https://evil.example","x")',
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A",
]
STARTS = ["", " ", "\u00a0", "\u3000", "\ufeff", '"', ' " ']
SEPARATORS = [";", "\t", "\n", "\r", "\r\n", "a;b\t\n"]
HARMLESS = [
    "1=1",
    "a+b",
    "'=1",
    "a;b",
    "a\r\nb",
    "a\tb; c",
    "1, -2",
    "é",
    "🦉,;\t",
    "a; b=c",
    "2024-01-01",
    'say "hi"; bye',
]
ESCAPED = {
    **{start + sign: f"'{start}{sign}" for start in STARTS for sign in SIGNS},
    **{f"x{between} {sign};y": f"x{between}' {sign};y" for between in SEPARATORS for sign in SIGNS},
    **{f"{start}a": f"'{start}a" for start in "\t\r\n"},
    "=1;=2": "'=1;'=2",
    **{text: text for text in HARMLESS},
}


async def test_formula_in_a_text_is_escaped(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    for value in ESCAPED:
        await create_item(session, user.id, title=value, description=value)
    rows = csv_rows(await client.get(EXPORT, headers=headers, params={"sort": "created_at"}))
    assert [row["title"] for row in rows] == [row["description"] for row in rows] == list(ESCAPED.values())


@pytest.mark.parametrize("separator", [",", ";", "\t"])
async def test_no_separator_turns_text_into_a_formula(
    client: AsyncClient, session: AsyncSession, separator: str
) -> None:
    """Spreadsheets in many countries expect a semicolon."""
    user, headers = await signed_in_user(session)
    for value in ESCAPED:
        await create_item(session, user.id, title=value)
    text = (await client.get(EXPORT, headers=headers)).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    assert len(cells) > len(ESCAPED)
    assert [cell for cell in cells if cell.strip(' "\u00a0\u3000\ufeff\r\n').startswith(tuple("=+-@＝＋－＠"))] == []


def test_cells_have_the_form_of_their_type() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    row = (
        1,
        -2,
        1.5,
        Decimal("-1000000.50"),
        Decimal("1E+3"),
        True,
        None,
        "",
        "a",
        moment,
        moment.date(),
        uuid.UUID(int=1),
    )
    expected = f'1,-2,1.5,-1000000.50,1000,true,,"","a",2026-01-02T03:04:05Z,2026-01-02,{uuid.UUID(int=1)}\r\n'
    assert _lines([row]) == expected
    assert _lines([(["a", 1], {"=": "b"})]) == '"[""a"",1]","{""="":""b""}"\r\n'
