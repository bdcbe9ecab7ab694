"""Every kind of field passes through all layers: JSON, model, statement, list, CSV."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Query, Response
from httpx2 import ASGITransport, AsyncClient
from jsonschema_rs import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Text, bindparam, insert
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.session import AutocommitDep, SessionDep
from app.core.database.statements import Statement
from app.core.fields import Day, Flag, Moment, Money, Number
from app.core.http.responses import respond
from app.core.http.routing import add_routes
from app.core.ids import new_id
from app.core.lists.csv_export import CsvResponse, csv_response
from app.core.lists.paged_list import PagedList
from app.core.lists.pagination import ListParams, Page
from app.core.models import PartialUpdate, columns
from app.main import create_app
from tests.core.answers import csv_rows, fields
from tests.fixtures import BASE_URL

Count = Annotated[Number, Field(ge=0, le=1_000_000)]
Status = Literal["open", "done"]


class KindBase(SQLModel):
    title: str = Field(min_length=1, max_length=100)
    notes: str | None = Field(default=None, max_length=20_000)
    number: Count
    number_or_none: Count | None = None
    flag: Flag = False
    status: Status = Field(default="open", sa_type=Text)
    at: Moment
    at_or_none: Moment | None = None
    due: Day
    due_or_none: Day | None = None
    amount: Money
    amount_or_none: Money | None = None


class KindUpdate(PartialUpdate):
    amount: Money = Field(default=None)
    amount_or_none: Money | None = None
    due: Day = Field(default=None)
    at: Moment = Field(default=None)
    number: Count = Field(default=None)


class OwnTables(SQLModel, registry=registry()):
    """Keeps the table out of the application's metadata."""


class Kind(KindBase, OwnTables, table=True):
    __tablename__ = "kinds"
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)


class KindPublic(KindBase):
    id: uuid.UUID


class KindsPublic(Page[KindPublic]):
    pass


class KindsParams(ListParams):
    sort: str = "title"


NAMES = [name for name in KindBase.model_fields if name != "notes"]
"""No index holds a long text, so a list cannot be sorted by it."""
_CREATE = Statement(insert(Kind).returning(*columns(Kind, KindPublic)), returns=KindPublic)
_KIND = Statement(select(*columns(Kind, KindPublic)).where(Kind.id == bindparam("id")), returns=KindPublic)
_KINDS = PagedList(
    select(*columns(Kind, KindPublic)),
    id_column=Kind.id,
    sort_keys={name: getattr(Kind, name) for name in NAMES},
    searched=(Kind.title, Kind.notes),
    returns=KindsPublic,
)

router = APIRouter(prefix="/kinds")


@router.post("/", response_model=KindPublic)
async def create_kind(session: AutocommitDep, body: KindBase) -> Response:
    return respond(KindPublic, await session.one(_CREATE, id=new_id(), **body.model_dump()))


@router.get("/", response_model=KindsPublic)
async def read_kinds(session: AutocommitDep, params: Annotated[KindsParams, Query()]) -> Response:
    return respond(KindsPublic, await _KINDS.page(session, params))


@router.get("/export", response_class=CsvResponse)
async def export_kinds(session: AutocommitDep, params: Annotated[KindsParams, Query()]) -> Response:
    async def is_allowed() -> bool:
        return True

    return await csv_response("kinds", await _KINDS.whole(session, params), is_allowed)


@router.patch("/{id}", response_model=KindPublic)
async def update_kind(session: SessionDep, id: uuid.UUID, body: KindUpdate) -> Kind:
    kind = await session.get_one(Kind, id)
    kind.sqlmodel_update(body.model_dump(exclude_unset=True))
    await session.flush()
    return kind


@pytest.fixture
async def kinds(session: AsyncSession) -> AsyncIterator[AsyncClient]:
    """A client of an application with the routes above."""
    await (await session.connection()).run_sync(Kind.__table__.create)  # type: ignore[attr-defined]
    await session.commit()
    app = create_app()
    add_routes(app, router, "/api/v1")
    async with AsyncClient(transport=ASGITransport(app), base_url=f"{BASE_URL}/api/v1") as client:
        yield client


SENT: dict[str, Any] = {
    "title": "Rent",
    "notes": "x" * 20_000,
    "number": 1_000_000,
    "number_or_none": 0,
    "flag": True,
    "status": "done",
    "at": "2026-01-31T12:00:00.000001+02:00",
    "at_or_none": "9999-12-31T23:59:59Z",
    "due": "2024-02-29",
    "due_or_none": "0001-01-01",
    "amount": "-9999999999.99",
    "amount_or_none": "0.5",
}
RETURNED = SENT | {"at": "2026-01-31T10:00:00.000001Z", "amount_or_none": "0.50"}
SMALL: dict[str, Any] = {"title": "A", "number": 1, "at": "0001-01-01T00:00:00Z", "due": "2026-01-01", "amount": "0"}


async def test_values_of_each_kind_are_returned(kinds: AsyncClient) -> None:
    created = (await kinds.post("/kinds/", json=SENT)).json()
    assert created == RETURNED | {"id": created["id"]}
    assert (await kinds.get("/kinds/")).json()["data"] == [created]
    [row] = csv_rows(await kinds.get("/kinds/export"))
    assert row == {name: str(value) for name, value in created.items()} | {"flag": "true"}
    changed = await kinds.patch(f"/kinds/{created['id']}", json={"amount": "12.5", "amount_or_none": None})
    assert changed.status_code == 200, changed.text
    [listed] = (await kinds.get("/kinds/")).json()["data"]
    assert listed == created | {"amount": "12.50", "amount_or_none": None}


async def test_list_is_sorted_by_each_kind(kinds: AsyncClient) -> None:
    for body in (SENT, SMALL, SMALL | {"title": "B", "amount": "10.00"}):
        assert (await kinds.post("/kinds/", json=body)).status_code == 200
    for sort in [sign + name for name in NAMES for sign in ("", "-")]:
        whole = (await kinds.get("/kinds/", params={"sort": sort})).json()["data"]
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await kinds.get("/kinds/", params={"sort": sort, "limit": 1, **cursor})).json()
            found += page["data"]
            if not page["pagination"]["has_next"]:
                break
            cursor = {"cursor": page["pagination"]["next_cursor"]}
        assert found == whole


NUMBERS: list[Any] = [None, True, False, 0, 1, -1, 5.5, 10**30, [], {}, ["a"]]
TEXTS = ["", " ", "0", "5", "true", "nan", "Infinity", "1e3", "1.", ".5", "012", "-0", "1,5", "1 ", "1\n", "١", "1.234"]
AMOUNTS = ["12345678901", "9999999999.99", "-0.00"]
DAYS = ["2026-01-31", "2026-02-30", "2026-1-1", "10000-01-01"]
TIMES = ["T00:00:00", "T00:00:00Z", "t00:00:00z", " 00:00:00Z", "T00:00:00+14:00", "T24:00:00Z", "T00:00Z"]
ODD: list[Any] = [*NUMBERS, *TEXTS, *AMOUNTS, *DAYS, *(f"2026-01-31{each}" for each in TIMES)]


@pytest.mark.parametrize("kind", [Money, Day, Moment, Count, Flag], ids=["money", "day", "moment", "count", "flag"])
def test_model_accepts_exactly_what_its_schema_says(kind: Any) -> None:
    """A test that generates requests from the schema, or a client with a form from it, relies on this."""
    adapter = TypeAdapter[Any](kind)
    schema = Draft202012Validator(adapter.json_schema(), validate_formats=True)

    def is_accepted(value: Any) -> bool:
        try:
            adapter.validate_python(value)
        except ValidationError:
            return False
        return True

    accepted = [value for value in ODD if is_accepted(value)]
    assert accepted
    assert [value for value in ODD if is_accepted(value) != schema.is_valid(value)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", 12.5),
        ("amount", "12.345"),
        ("due", 0),
        ("due", "0000-01-01"),
        ("due", "31.01.2026"),
        ("at", "2026-01-31T12:00:00"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("number", "5"),
        ("number", 1_000_001),
        ("flag", 1),
        ("status", "other"),
        ("notes", "x" * 20_001),
    ],
)
async def test_wrong_value_is_refused_at_its_field(kinds: AsyncClient, name: str, value: Any) -> None:
    response = await kinds.post("/kinds/", json=SMALL | {name: value})
    assert (response.status_code, fields(response)) == (422, [name])


def test_python_values_are_accepted() -> None:
    now = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
    kind = KindBase(title="A", number=1, at=now, due=now.date(), amount=Decimal("1.50"))
    assert (kind.at, kind.due, kind.amount) == (now, now.date(), Decimal("1.50"))
