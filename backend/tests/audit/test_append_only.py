"""Nothing changes or deletes events but the retention, whose length the API's role cannot choose (AU-01)."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import jobs
from tests.audit.events import all_events
from tests.security.place import Place, place, prepared

__all__ = ["place", "prepared"]

CHANGES = (
    "UPDATE audit_events SET user_id = NULL",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
)
INSERT = "INSERT INTO audit_events (principal, action, record_type, record_id) VALUES ('system', 'a.b', 'a', '1')"
EVENTS = "SELECT action FROM audit_events"
OLD = """
    INSERT INTO audit_events (created_at, principal, action, record_type, record_id)
    SELECT now() - make_interval(days => days), 'system', 'day.' || days, 'a', '1' FROM unnest(ARRAY{days}) AS days
"""


@pytest.mark.parametrize("statement", [*CHANGES, INSERT])
def test_au01_api_role_only_reads_events(prepared: Place, statement: str) -> None:
    assert ("user.create",) in prepared.execute(prepared.api_url, EVENTS)
    with pytest.raises(errors.InsufficientPrivilege):
        prepared.execute(prepared.api_url, statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_au01_owner_cannot_change_events_either(prepared: Place, statement: str) -> None:
    before = prepared.execute(prepared.owner_url, EVENTS)
    with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
        prepared.execute(prepared.owner_url, statement)
    assert prepared.execute(prepared.owner_url, EVENTS) == before != []


def test_au01_api_role_cannot_shorten_the_retention(prepared: Place) -> None:
    prepared.execute(prepared.owner_url, OLD.format(days=[364, 366]))
    replace = "OR REPLACE FUNCTION audit_retention() RETURNS interval LANGUAGE sql AS $$ SELECT interval '0' $$"
    with pytest.raises(errors.InsufficientPrivilege):
        prepared.execute(prepared.api_url, f"CREATE {replace}")
    with psycopg.connect(prepared.api_url, autocommit=True) as connection:
        # A function of the session's own is not found, and neither is one of the same name let through.
        connection.execute(f"CREATE {replace.replace('audit', 'pg_temp.audit')}".encode())
        assert connection.execute("SELECT delete_expired_audit_events()").fetchone() == (1,)
        kept = {str(action) for (action,) in connection.execute(EVENTS)}
    assert "day.364" in kept
    assert "day.366" not in kept


def test_retention_follows_the_setting(prepared: Place) -> None:
    prepared.execute(prepared.owner_url, OLD.format(days=[29, 31]))
    assert prepared.prestart(AUDIT_RETENTION_DAYS="30").returncode == 0
    assert prepared.execute(prepared.api_url, "SELECT delete_expired_audit_events()") == [(1,)]


def test_invalid_retention_is_refused(prepared: Place) -> None:
    done = prepared.prestart(AUDIT_RETENTION_DAYS="0")
    assert done.returncode != 0
    assert "AUDIT_RETENTION_DAYS" in done.stderr + done.stdout


async def test_job_deletes_expired_events_only(session: AsyncSession) -> None:
    connection = await session.connection()
    await connection.execute(text(OLD.format(days=[1, 364, 366, 1000])))
    await session.commit()
    await jobs.delete_expired_events()
    found = [event.action for event in await all_events(session)]
    assert found == ["day.364", "day.1"]
