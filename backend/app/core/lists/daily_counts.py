"""How many rows there are, and how many were made on each of the last days."""

import datetime as dt
from typing import Annotated, Any, Generic

from pydantic import Field
from sqlalchemy import Date, Uuid, bindparam, cast, true
from sqlmodel import SQLModel, func, select

from app.core.clock import utc_now
from app.core.database.row_shape import check_names
from app.core.database.statements import AutocommitSession, ModelT, Row, Statement
from app.core.ids import first_id_at

Days = Annotated[int, Field(ge=7, le=90, description="How many days, up to today")]
_BEFORE = dt.timedelta(hours=1)
"""More than a row's id can be older than its time."""


class DayCount(SQLModel):
    date: dt.date
    """In UTC."""
    count: int


class DailyCounts(Generic[ModelT]):
    """Declare one at module level in `crud.py`:

    - `table`: one whose `id` is a UUIDv7, with a `created_at`.
    - `where`: which of its rows count, with a `bindparam` where values come at run time.
    - `totals`: further numbers, by name: how many of these rows meet a condition.
    - `returns`: the model of the result, whose fields are `count`, the totals and `days`. Checked at import.
    """

    def __init__(
        self,
        table: Any,
        *where: Any,
        totals: dict[str, Any] | None = None,
        returns: type[ModelT] | None = None,
    ) -> None:
        if returns is not None:
            check_names(["count", *(totals or {}), "days"], returns)
        numbers = [func.count().filter(condition).label(name) for name, condition in (totals or {}).items()]
        total = select(func.count().label("count"), *numbers).select_from(table).where(*where).subquery()
        date = cast(func.timezone("UTC", table.created_at), Date)
        # `created_at` decides. The ids, which have an index, bound what is read.
        recent = table.id >= bindparam("first_id", type_=Uuid)
        made = select(date.label("date"), func.count().label("made")).where(*where, recent).group_by(date).subquery()
        columns = [*total.columns, *made.columns]
        self._statement = Statement(select(*columns).select_from(total.outerjoin(made, true())))

    async def read(self, session: AutocommitSession, *, days: int, **values: Any) -> Row[ModelT]:
        """`count` and the other totals, and `days`, each as a `DayCount`, the oldest first."""
        today = utc_now().date()
        dates = [today - dt.timedelta(days=ago) for ago in reversed(range(days))]
        first_id = first_id_at(dt.datetime.combine(dates[0], dt.time(), dt.UTC) - _BEFORE)
        rows = await session.all(self._statement, first_id=first_id, **values)
        made = {row["date"]: row["made"] for row in rows}
        return Row({**rows[0], "days": [{"date": date, "count": made.get(date, 0)} for date in dates]})
