"""Statistics of a table: the number of rows, and how many were created on each of the last days."""

import datetime as dt
from typing import Annotated, Any, Generic

from pydantic import Field
from sqlalchemy import Date, DateTime, bindparam, cast, true
from sqlmodel import SQLModel, func, select

from app.core.clock import utc_now
from app.core.database.row_shape import check_names
from app.core.database.statements import AutocommitSession, ModelT, Row, Statement
from app.core.lists.turns import turn

Days = Annotated[int, Field(ge=7, le=90, description="Number of days, up to and including today")]


class DayCount(SQLModel):
    date: dt.date
    """Day in UTC."""
    count: int


class DailyCounts(Generic[ModelT]):
    """Query for a table's daily counts. Declare it at module level in `crud.py`:

    - `table`: a table with a `created_at` and an index on it.
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
        recent = table.created_at >= bindparam("first", type_=DateTime(timezone=True))
        daily = select(date.label("date"), func.count().label("created")).where(*where, recent).group_by(date)
        per_day = daily.subquery()
        columns = [*total.columns, *per_day.columns]
        counts = select(*columns).select_from(total.outerjoin(per_day, true()))
        self._statement = Statement(counts, lane="slow", from_replica=True)

    async def read(self, session: AutocommitSession, *, days: int, **values: Any) -> Row[ModelT]:
        """Return `count`, the other totals, and `days` as a list of `DayCount`, the oldest first."""
        today = utc_now().date()
        dates = [today - dt.timedelta(days=ago) for ago in reversed(range(days))]
        first = dt.datetime.combine(dates[0], dt.time(), dt.UTC)
        async with turn():
            rows = await session.all(self._statement, first=first, **values)
        created = {row["date"]: row["created"] for row in rows}
        return Row({**rows[0], "days": [{"date": date, "count": created.get(date, 0)} for date in dates]})
