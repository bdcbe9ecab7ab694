"""A list sorts by a column of any type, also where values are missing, and a cursor continues it."""

import base64
import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
    Uuid,
    func,
    insert,
)
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.lists import paged_list
from app.core.lists.paged_list import PagedList
from app.core.lists.pagination import ListParams

KINDS: dict[str, tuple[Any, list[Any]]] = {
    "text": (Text, ["", "a", "B", "b", "é", "z\u0301", "🦉" * 255]),
    "choice": (Text, ["open", "done"]),
    "number": (Integer, [-(2**31), -1, 0, 7, 2**31 - 1]),
    "flag": (Boolean, [False, True]),
    "amount": (Numeric(12, 2), [Decimal("-1.50"), Decimal("0.00"), Decimal("9999999999.99")]),
    "measure": (Float, [-1.5, 0.1, 1e300]),
    "day": (Date, [dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31)]),
    "moment": (DateTime(timezone=True), [dt.datetime(2024, 2, 29, 1, 2, 3, each, dt.UTC) for each in (0, 1, 999_999)]),
    "hour": (Time, [dt.time(0), dt.time(1, 2, 3, 4), dt.time(23, 59, 59)]),
    "duration": (Interval, [dt.timedelta(0), dt.timedelta(days=3, microseconds=1)]),
    "reference": (Uuid, [uuid.UUID(int=1), uuid.UUID(int=2**127)]),
}
ROWS = Table(
    "sorted_rows",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    *[Column(name, kind, nullable=False) for name, (kind, _) in KINDS.items()],
    *[Column(f"{name}_or_none", kind) for name, (kind, _) in KINDS.items()],
)
LIST: PagedList[Any] = PagedList(
    select(ROWS.c.id, ROWS.c.text),
    id_column=ROWS.c.id,
    sort_keys={
        **{name: ROWS.c[name] for name in ROWS.c.keys() if name != "id"},  # noqa: SIM118 - a collection of columns
        "expression": func.lower(func.coalesce(ROWS.c.text_or_none, "")),
        "nullable_expression": func.nullif(ROWS.c.text, "a", type_=Text),
    },
)
SORTS = [sign + name for name in LIST._sort_keys for sign in ("", "-")]


class Params(ListParams):
    pass


@pytest.fixture
async def rows(session: AsyncSession) -> None:
    """Three rows of each value and of none, with random ids, so that a page ends between equal keys."""
    connection = await session.connection()
    await connection.run_sync(ROWS.create)
    count = 3 * max(len(values) for _, values in KINDS.values()) + 3
    for number in range(count):
        row: dict[str, Any] = {"id": uuid.uuid4()}
        for name, (_, values) in KINDS.items():
            row[name] = values[number % len(values)]
            row[f"{name}_or_none"] = [*values, None][number % (len(values) + 1)]
        await connection.execute(insert(ROWS).values(row))
    await session.commit()


async def page(sort: str, **params: Any) -> dict[str, Any]:
    return await LIST.page(db.autocommit_session, Params(sort=sort, **params))


def ids(page: dict[str, Any]) -> list[uuid.UUID]:
    return [row["id"] for row in page["data"]]


async def paged_ids(sort: str, limit: int) -> list[uuid.UUID]:
    found, cursor = [], None
    while True:
        part = await page(sort, limit=limit, cursor=cursor)
        found += ids(part)
        cursor = part["pagination"]["next_cursor"]
        if cursor is None:
            return found


async def expected_ids(session: AsyncSession, sort: str) -> list[uuid.UUID]:
    """Return all ids as PostgreSQL itself sorts them."""
    key = LIST.sort_key(sort).expression
    order = [key.desc(), ROWS.c.id.desc()] if sort.startswith("-") else [key, ROWS.c.id]
    return list((await (await session.connection()).execute(select(ROWS.c.id).order_by(*order))).scalars())


@pytest.mark.parametrize("sort", SORTS)
async def test_cursors_visit_each_row_in_order(session: AsyncSession, rows: None, sort: str) -> None:
    expected = await expected_ids(session, sort)
    assert len(expected) == 24
    for limit in (1, 2):
        assert await paged_ids(sort, limit) == expected
    assert ids(await page(sort, skip=5, limit=7)) == expected[5:12]


@pytest.mark.parametrize("sort", SORTS)
async def test_whole_list_continues_behind_each_chunk(
    session: AsyncSession, rows: None, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(paged_list, "CHUNK_ROWS", 1)
    whole = await LIST.whole(db.autocommit_session, Params(sort=sort))
    found = [record[0] async for chunk in whole.chunks for record in chunk]
    assert found == await expected_ids(session, sort)


def forged(sort: str, key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, key, str(new_id()), 1]).encode()).decode()


WRONG_KEYS: list[Any] = [[], {}, "x" * 300, "\0", "\ud800", "infinity", "NaN", float("nan"), float("inf"), 10**400]
NOT_A_TEXT: list[Any] = [1, True, 1.5, None]
NOT_A_NUMBER = ["1", True, 1.5, 2**31, -(2**63), 10**30, None]
WRONG: dict[str, list[Any]] = {
    "text": [*NOT_A_TEXT, [], {}, "\0", "\ud800"],
    "number": WRONG_KEYS + NOT_A_NUMBER,
    "flag": [*WRONG_KEYS, 1, "true"],
    "amount": [*WRONG_KEYS[:-1], "1e999999", "1e200000", True],
    "measure": [*WRONG_KEYS, "1", True],
    "day": [*WRONG_KEYS, 0, "0000-01-01", "10000-01-01", "2024-02-30", "2024-01-01T00:00:01Z"],
    "moment": [*WRONG_KEYS, 0, "10000-01-01T00:00:00Z", "2024-02-30T00:00:00Z"],
    "hour": [*WRONG_KEYS, "25:00"],
    "duration": [*WRONG_KEYS, "P99999999999D"],
    "reference": [*WRONG_KEYS, 1, "0" * 31],
}


@pytest.mark.parametrize("suffix", ["", "_or_none"])
@pytest.mark.parametrize(
    ("name", "key"), [pytest.param(n, key, id=f"{n}-{key!r:.20}") for n, keys in WRONG.items() for key in keys]
)
async def test_key_of_another_type_is_refused(
    session: AsyncSession, rows: None, name: str, key: Any, suffix: str
) -> None:
    if suffix and key is None:
        return
    with pytest.raises(Invalid, match="Invalid cursor for this list"):
        await page(name + suffix, cursor=forged(name + suffix, key))


def test_key_without_a_usable_type_is_refused() -> None:
    mood: Column[Any] = Column("mood", Enum("good", "bad", name="mood"))
    for key in (mood, func.some_function(ROWS.c.text)):
        with pytest.raises(TypeError, match=r"sort key mood: .* has no type that the driver knows"):
            PagedList(select(ROWS.c.id, ROWS.c.text), id_column=ROWS.c.id, sort_keys={"mood": key})
