"""Statistics of a table: the number of rows, and how many were created on each of the last days."""

import datetime as dt
from typing import Annotated, Any, Generic

from pydantic import Field
from sqlalchemy import Date, Uuid, bindparam, cast, true
from sqlmodel import SQLModel, func, select

from app.core.clock import utc_now
from app.core.database.row_shape import check_names
from app.core.database.statements import AutocommitSession, ModelT, Row, Statement
from app.core.ids import first_id_at

Days = Annotated[int, Field(ge=7, le=90, description="Number of days, up to and including today")]
_ID_MARGIN = dt.timedelta(hours=1)
"""A row's id is generated before its `created_at`, and less than this before it."""


class DayCount(SQLModel):
    date: dt.date
    """Day in UTC."""
    count: int


class DailyCounts(Generic[ModelT]):
    """Query for a table's daily counts. Declare it at module level in `crud.py`:

    - `table`: a table whose `id` is a UUIDv7, with a `created_at`.
    - `where`: conditions on the rows to count, with a `bindparam` for values known only at run time.
    - `totals`: additional counts by name: the number of these rows that meet a condition.
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
        # Days are those of `created_at`. The condition on the indexed ids only limits the rows that are read.
        recent = table.id >= bindparam("first_id", type_=Uuid)
        daily = select(date.label("date"), func.count().label("created")).where(*where, recent).group_by(date)
        per_day = daily.subquery()
        columns = [*total.columns, *per_day.columns]
        self._statement = Statement(select(*columns).select_from(total.outerjoin(per_day, true())))

    async def read(self, session: AutocommitSession, *, days: int, **values: Any) -> Row[ModelT]:
        """Return `count`, the other totals, and `days` as a list of `DayCount`, the oldest first."""
        today = utc_now().date()
        dates = [today - dt.timedelta(days=ago) for ago in reversed(range(days))]
        first_id = first_id_at(dt.datetime.combine(dates[0], dt.time(), dt.UTC) - _ID_MARGIN)
        rows = await session.all(self._statement, first_id=first_id, **values)
        created = {row["date"]: row["created"] for row in rows}
        return Row({**rows[0], "days": [{"date": date, "count": created.get(date, 0)} for date in dates]})
