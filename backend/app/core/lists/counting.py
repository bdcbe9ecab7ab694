"""How many rows a list has: counted up to a limit, and estimated beyond it.

Counting all rows takes time in proportion to the table. A page of them does not.
"""

from typing import Any

from sqlalchemy import Table, case, literal_column
from sqlmodel import func, select

from app.core.database.statements import AutocommitSession, Parameters, Statement

_MUCH_LARGER = 5
"""How many times the limit a table must be estimated at not to be counted. Estimates are too high after deletions."""
# The planner's own estimate: the rows in a block at the last VACUUM or ANALYZE, times the blocks of today.
_TABLE_ROWS = """
    (SELECT (reltuples / nullif(relpages, 0) * pg_relation_size(oid) / current_setting('block_size')::int)::bigint
     FROM pg_class WHERE oid = '{table}'::regclass)"""


class Estimate(Statement[Any]):
    """The number of rows that PostgreSQL's planner expects of a query. It reads statistics instead of the rows."""

    def __init__(self, rows: Any) -> None:
        super().__init__(rows, from_replica=True)
        self.sql = b"EXPLAIN (FORMAT JSON) " + self.sql

    async def read(self, session: AutocommitSession, values: Parameters) -> int:
        [([explained],)] = await session.records(self, values)
        return int(explained["Plan"]["Plan Rows"])


def exact_count(rows: Any) -> Any:
    return select(func.count()).select_from(rows.subquery())


def bounded_count(rows: Any, limit: int) -> Any:
    """Select the number of rows, or a larger one than `limit`: `limit + 1`, or the estimate of a much larger table."""
    # A literal, because the planner takes a parameter to be a tenth of the rows.
    count = exact_count(rows.limit(literal_column(str(limit + 1))))
    [table] = select(*rows.selected_columns).get_final_froms()
    if not isinstance(table, Table) or str(rows) != str(select(*rows.selected_columns)):
        return count  # of a part of the table, or of more than one
    estimate = select(literal_column(_TABLE_ROWS.format(table=table.fullname)).label("rows")).subquery()
    return select(case((estimate.c.rows > _MUCH_LARGER * limit, estimate.c.rows), else_=count.scalar_subquery()))
