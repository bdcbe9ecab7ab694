"""The limits in PostgreSQL: one statement for each count, so that they are exact over all processes.

Concurrent requests of one client wait for each other's row, for the time of one statement without a disk.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, column, delete, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import unix_ns, utc_now
from app.core.database.session import autocommit_session
from app.core.database.statements import Parameters, Record, Statement
from app.core.limits.models import FailedAttempts, MinuteCount, RateWindow
from app.core.limits.store import (
    FIRST_WAIT_SECONDS,
    MAX_WAIT_SECONDS,
    WINDOW_SECONDS,
    Attempt,
    Hit,
    Minute,
    MinuteTotal,
    wait_seconds,
)

FORGOTTEN_AFTER = timedelta(days=30)
"""Failed attempts without a success count as consecutive for this long."""
_WINDOW = timedelta(seconds=WINDOW_SECONDS)


def _statement(sql: str, *names: str) -> Statement[Any]:
    columns: list[ColumnElement[Any]] = [column(name) for name in names]
    return Statement(text(sql).columns(*columns))


_HIT = _statement(
    """
    INSERT INTO rate_windows AS known (subject, hits, is_refused, expires_at)
    VALUES (:key, ARRAY[CAST(:now AS timestamptz)], false, :expires_at)
    ON CONFLICT (subject) DO UPDATE SET
        (hits, is_refused) = (
            SELECT
                CASE WHEN count(*) < :limit THEN array_agg(hit ORDER BY hit) || CAST(:now AS timestamptz)
                     ELSE array_agg(hit ORDER BY hit) END,
                count(*) >= :limit
            FROM unnest(known.hits) AS hit WHERE hit > :window_start
        ),
        expires_at = excluded.expires_at
    RETURNING is_refused, cardinality(hits), hits[greatest(cardinality(hits) - :limit + 1, 1)]
    """,
    "is_refused",
    "used",
    "oldest",
)
_ATTEMPT = _statement(
    """
    INSERT INTO failed_attempts AS known (subject, failures, free_at, is_refused, attempted_at)
    VALUES (:key, 1, :first_free_at, false, :now)
    ON CONFLICT (subject) DO UPDATE SET
        is_refused = coalesce(known.free_at > :now, false),
        failures = CASE WHEN known.free_at > :now THEN known.failures ELSE known.failures + 1 END,
        free_at = CASE
            WHEN known.free_at > :now THEN known.free_at
            WHEN known.failures + 1 >= :free THEN CAST(:now AS timestamptz) + interval '1 second' * least(
                :longest, :shortest * power(2, least(known.failures + 1 - :free, 10))
            )
        END,
        attempted_at = :now
    RETURNING is_refused, free_at
    """,
    "is_refused",
    "free_at",
)
_CLEAR = _statement("DELETE FROM failed_attempts WHERE subject = ANY(:keys) RETURNING subject", "subject")
# Sorted, so that two processes cannot wait for each other.
_ADD = _statement(
    """
    INSERT INTO minute_counts AS known (user_id, kind, minute, count)
    SELECT * FROM unnest(
        CAST(:users AS uuid[]), CAST(:kinds AS text[]), CAST(:minutes AS integer[]), CAST(:counts AS integer[])
    ) AS added(user_id, kind, minute, count) ORDER BY 1, 2, 3
    ON CONFLICT (user_id, kind, minute) DO UPDATE SET count = known.count + excluded.count
    RETURNING user_id, kind, minute, count, coalesce((
        SELECT count FROM minute_counts AS before
        WHERE before.user_id = known.user_id AND before.kind = known.kind AND before.minute = known.minute - 1
    ), 0)
    """,
    *("user_id", "kind", "minute", "used", "previous"),
)


class TableStore:
    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    async def hit(self, key: str, limit: int, now: datetime) -> Hit:
        times = {"now": now, "expires_at": now + _WINDOW, "window_start": now - _WINDOW}
        [record] = await _run(_HIT, {"key": key, "limit": limit, **times})
        return Hit(*record)

    async def attempt(self, key: str, free: int, now: datetime) -> Attempt:
        wait = wait_seconds(1, free)
        first = now + timedelta(seconds=wait) if wait else None
        bounds = {"shortest": FIRST_WAIT_SECONDS, "longest": MAX_WAIT_SECONDS}
        [record] = await _run(_ATTEMPT, {"key": key, "free": free, "now": now, "first_free_at": first, **bounds})
        return Attempt(*record)

    async def clear(self, keys: Sequence[str]) -> None:
        await _run(_CLEAR, {"keys": list(keys)})

    async def add(self, counts: Mapping[Minute, int]) -> Collection[MinuteTotal]:
        users, kinds, minutes = map(list, zip(*counts, strict=True))
        values = {"users": users, "kinds": kinds, "minutes": minutes, "counts": list(counts.values())}
        return [MinuteTotal(Minute(*row[:3]), *row[3:]) for row in await _run(_ADD, values)]


async def _run(statement: Statement[Any], values: Parameters) -> list[Record]:
    # Not as a write of a feature, which some features wrap in more statements.
    return await autocommit_session.source.fetch(statement, statement.values(values))


async def delete_old_counts(*, session: AsyncSession) -> None:
    """Delete what no longer limits anybody."""
    now = utc_now()
    await session.exec(delete(RateWindow).where(col(RateWindow.expires_at) < now))
    await session.exec(delete(FailedAttempts).where(col(FailedAttempts.attempted_at) < now - FORGOTTEN_AFTER))
    await session.exec(delete(MinuteCount).where(col(MinuteCount.minute) < unix_ns() // 60_000_000_000 - 1))
