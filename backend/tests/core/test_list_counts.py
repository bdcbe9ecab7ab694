"""A list counts its rows exactly up to a limit. Beyond it, `count` is an estimate that never contradicts the rows."""

from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, Uuid, bindparam, delete, insert, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.ids import new_id
from app.core.lists.counting import bounded_count
from app.core.lists.paged_list import PagedList
from app.core.lists.pagination import ListParams

LIMIT = 10
ROWS = Table(
    "counted_rows",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
)
LIST: PagedList[Any] = PagedList(
    select(ROWS.c.id, ROWS.c.number),
    id_column=ROWS.c.id,
    sort_keys={"number": ROWS.c.number},
    searched=(ROWS.c.kind,),
    filters={"kind": ROWS.c.kind == bindparam("kind")},
    count_limit=LIMIT,
)


class Params(ListParams):
    sort: str = "number"
    kind: str | None = None


FILTERS = [{}, {"kind": "red"}, {"q": "re"}]


@pytest.fixture
async def table(session: AsyncSession) -> None:
    await (await session.connection()).run_sync(ROWS.create)


async def fill(session: AsyncSession, count: int, *, analyze: bool = False) -> None:
    """Add red rows, which lists with any of FILTERS have."""
    rows = [{"id": new_id(), "number": number, "kind": "red"} for number in range(count)]
    connection = await session.connection()
    if rows:
        await connection.execute(insert(ROWS), rows)
    if analyze:
        await connection.execute(text("ANALYZE counted_rows"))
    await session.commit()


async def page(**params: Any) -> dict[str, Any]:
    """Return a page, after checking that its numbers agree with each other and with its rows."""
    page = await LIST.page(db.autocommit_session, Params(**params))
    pagination, count = page["pagination"], page["count"]
    assert pagination["has_next"] == (pagination["next_cursor"] is not None)
    assert pagination["total_pages"] == -(-count // pagination["page_size"])
    if page["data"]:
        assert (pagination["page"] < pagination["total_pages"]) == pagination["has_next"]
    return page


def counted(page: dict[str, Any]) -> tuple[int, bool]:
    return page["count"], page["pagination"]["count_is_exact"]


@pytest.mark.parametrize("params", FILTERS)
@pytest.mark.parametrize("rows", [0, LIMIT - 1, LIMIT])
async def test_rows_up_to_the_limit_are_counted(
    session: AsyncSession, table: None, rows: int, params: dict[str, Any]
) -> None:
    await fill(session, rows)
    assert counted(await page(limit=2, **params)) == (rows, True)
    assert counted(await page(skip=rows + 5, **params)) == (rows, True)


@pytest.mark.parametrize("params", FILTERS)
@pytest.mark.parametrize("analyze", [False, True])
async def test_more_rows_than_the_limit_are_estimated(
    session: AsyncSession, table: None, params: dict[str, Any], analyze: bool
) -> None:
    await fill(session, LIMIT + 1, analyze=analyze)
    count, is_exact = counted(await page(limit=2, **params))
    assert count > LIMIT
    assert is_exact is False


@pytest.mark.parametrize("params", FILTERS)
async def test_exact_count_has_no_limit(session: AsyncSession, table: None, params: dict[str, Any]) -> None:
    await fill(session, 60, analyze=True)
    await fill(session, 1)
    for position in ({}, {"skip": 50}, {"skip": 100}):
        assert counted(await page(limit=2, count="exact", **position, **params)) == (61, True)
    cursor = (await page(limit=2))["pagination"]["next_cursor"]
    assert counted(await page(limit=2, count="exact", cursor=cursor)) == (61, True)


async def test_estimate_of_a_filter_is_the_planners(session: AsyncSession, table: None) -> None:
    await fill(session, 40, analyze=True)
    assert counted(await page(limit=2, kind="red")) == (40, False)


async def test_count_of_the_table_reads_no_rows(session: AsyncSession, table: None, statements: list[str]) -> None:
    """The table has one row more than at the last ANALYZE, and no more blocks: nobody has counted."""
    await fill(session, 100, analyze=True)
    await fill(session, 1)
    statements.clear()
    assert counted(await page(limit=2)) == (100, False)
    assert len(statements) == 1


async def test_count_stops_behind_the_limit(session: AsyncSession, table: None) -> None:
    await fill(session, 100)
    red = select(ROWS.c.id).where(ROWS.c.kind == "red")
    connection = await session.connection()
    assert (await connection.execute(bounded_count(red, LIMIT))).scalar_one() == LIMIT + 1
    assert (await connection.execute(bounded_count(select(ROWS.c.id), LIMIT))).scalar_one() == LIMIT + 1


OTHER = ROWS.alias()
PARTS = [
    select(ROWS.c.id).where(ROWS.c.kind == "red"),
    select(ROWS.c.id).where(ROWS.c.kind == "red").distinct(),
    select(ROWS.c.id).group_by(ROWS.c.id),
    select(ROWS.c.id).join(OTHER, OTHER.c.number == ROWS.c.number),
    select(ROWS.c.id).where(OTHER.c.number == ROWS.c.number),
    select(OTHER.c.id),
]


@pytest.mark.parametrize("rows", PARTS)
async def test_other_queries_are_counted_up_to_the_limit(session: AsyncSession, table: None, rows: Any) -> None:
    """The statistics of the table say nothing about their rows."""
    await fill(session, 100, analyze=True)
    assert (await (await session.connection()).execute(bounded_count(rows, LIMIT))).scalar_one() == LIMIT + 1


async def test_part_of_a_large_table_is_counted(session: AsyncSession, table: None) -> None:
    await fill(session, 100, analyze=True)
    assert counted(await page(kind="blue")) == (0, True)
    await (await session.connection()).execute(insert(ROWS).values(id=new_id(), number=1, kind="blue"))
    assert counted(await page(kind="blue")) == (1, True)


@pytest.mark.parametrize("params", FILTERS)
async def test_estimate_is_never_below_the_rows_seen(
    session: AsyncSession, table: None, params: dict[str, Any]
) -> None:
    await fill(session, 60, analyze=True)
    await fill(session, 3_000)
    count, is_exact = counted(await page(skip=2_990, limit=20, **params))
    assert (count >= 3_011, is_exact) == (True, False)


@pytest.mark.parametrize("params", FILTERS)
async def test_last_page_knows_the_exact_count(session: AsyncSession, table: None, params: dict[str, Any]) -> None:
    await fill(session, 101, analyze=True)
    await (await session.connection()).execute(delete(ROWS).where(ROWS.c.number >= 75))
    assert counted(await page(skip=60, limit=20, **params)) == (75, True)
    await (await session.connection()).execute(delete(ROWS).where(ROWS.c.number >= 15))
    assert counted(await page(limit=20, **params)) == (15, True)


@pytest.mark.parametrize("params", FILTERS)
async def test_page_past_the_end_leads_to_the_last(session: AsyncSession, table: None, params: dict[str, Any]) -> None:
    await fill(session, 100, analyze=True)
    await (await session.connection()).execute(delete(ROWS).where(ROWS.c.number >= 75))
    past = await page(page=50, limit=20, **params)
    assert (past["data"], counted(past)) == ([], (75, True))
    last = await page(page=past["pagination"]["total_pages"], limit=20, **params)
    assert len(last["data"]) == 15


@pytest.mark.parametrize("params", FILTERS)
@pytest.mark.parametrize("growth", [-60, 0, 60])
async def test_cursors_reach_the_end_despite_changes(
    session: AsyncSession, table: None, params: dict[str, Any], growth: int
) -> None:
    """Rows are deleted or added behind the first page, which no statistics know."""
    await fill(session, 100, analyze=True)
    part = await page(limit=7, **params)
    numbers = [row["number"] for row in part["data"]]
    connection = await session.connection()
    if growth < 0:
        await connection.execute(delete(ROWS).where(ROWS.c.number >= 100 + growth))
    for number in range(100, 100 + growth):
        await connection.execute(insert(ROWS).values(id=new_id(), number=number, kind="red"))
    while part["pagination"]["has_next"]:
        part = await page(limit=7, cursor=part["pagination"]["next_cursor"], **params)
        numbers += [row["number"] for row in part["data"]]
        assert part["count"] >= len(numbers)
    assert numbers == list(range(100 + growth))
    assert counted(part) == (100 + growth, False)


async def test_rows_behind_a_cursor_can_be_gone(session: AsyncSession, table: None) -> None:
    await fill(session, 40)
    cursor = (await page(skip=18, limit=2))["pagination"]["next_cursor"]
    await (await session.connection()).execute(delete(ROWS).where(ROWS.c.number >= 20))
    empty = await page(limit=2, cursor=cursor)
    assert (empty["data"], empty["pagination"]["has_next"], counted(empty)) == ([], False, (20, False))


@pytest.mark.parametrize("start", ["first", "skip", "cursor"])
def test_only_exact_counts_are_slow_queries(start: str) -> None:
    assert LIST._rows_statement("number", start, ("kind",), "exact").lane == "slow"
    assert LIST._rows_statement("number", start, ("kind",), "bounded").lane == "usual"
