"""Tells the triggers who acts: settings of the transaction, set before its first write that can be recorded.

A pooler can give the connection to another client after the transaction, so the settings end with it.
"""

import json
import re
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from app.audit.triggers import ALWAYS
from app.core.database.session import autocommit_session, transaction
from app.core.database.statements import Record, Statement
from app.core.logging import current_request_id
from app.core.request_context import current_request

_SET_ACTOR = "SELECT set_config('app.actor', %s, true), set_config('app.by_superuser', %s, true)"
_is_write = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|WITH)\b", re.IGNORECASE).match
_names_recorded = re.compile(rf"\b({'|'.join(ALWAYS)})\b").search


def _can_be_recorded(statement: str) -> bool:
    if not _is_write(statement):
        return False
    return _by_superuser() or _names_recorded(statement) is not None


def _by_superuser() -> bool:
    request = current_request.get()
    return request is not None and request.caller is not None and request.caller.is_superuser


def _actor() -> tuple[str, str]:
    """Return the values of the settings `app.actor` and `app.by_superuser`."""
    request = current_request.get()
    actor = {"principal": "anonymous" if request else "system", "request_id": current_request_id.get()}
    if request:
        actor["client"] = request.client
        if request.caller:
            actor |= {"principal": request.caller.kind, "user_id": str(request.caller.id)}
    return json.dumps(actor), "on" if _by_superuser() else "off"


@event.listens_for(Engine, "before_cursor_execute")
def _set_actor(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _executemany: bool
) -> None:
    if not _can_be_recorded(statement):
        return
    # A savepoint counts as well: its rollback takes the settings back.
    current = connection.get_nested_transaction() or connection.get_transaction()
    if connection.info.get("actor_of") is not current:
        connection.exec_driver_sql(_SET_ACTOR, _actor())
        connection.info["actor_of"] = current


class _Recorded:
    """Runs a write of the fast path in a transaction that says who acts."""

    async def fetch(self, statement: Statement[Any], values: list[Any]) -> list[Record]:
        if not _can_be_recorded(statement.sql.decode()):
            return await autocommit_session.source.fetch(statement, values)
        async with transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql(_SET_ACTOR, _actor())
            driver_connection: Any = (await connection.get_raw_connection()).driver_connection
            cursor = psycopg.AsyncRawCursor(driver_connection)
            await cursor.execute(statement.sql, values)
            return list(await cursor.fetchall()) if cursor.description else []


autocommit_session.write_source = _Recorded()
