"""Every table of a feature has its trigger, and the trigger masks every column that holds a secret."""

import re
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

import app.alembic.versions as versions
from app.audit import triggers
from app.audit.triggers import ALWAYS, audited_tables, create_triggers
from tests.audit.events import all_events
from tests.rules import assert_none

MIGRATION = Path(versions.__path__[0]) / "0027_audit_cascades.py"
[MASKED] = re.findall(r"name ~ '([\w|]+)'", MIGRATION.read_text(encoding="utf-8"))
# What a column of a secret is called. Hashes of other things do not exist so far.
SECRETS = re.compile(r"password|secret|token|hash|otp|private|(?<!public_)key|code|recovery")


async def covered(session: AsyncSession, trigger: str = "audit") -> set[str]:
    covered = await (await session.connection()).execute(triggers._COVERED, {"trigger": trigger})
    return set(covered.scalars())


async def test_tables_of_features_have_the_trigger(session: AsyncSession) -> None:
    always = {table for table in ALWAYS if table in audited_tables()}  # a declined feature has none
    assert always >= {"users", "user_sessions"}
    for trigger in ("audit", "audit_deleted_rows"):
        assert_none(audited_tables().keys() - await covered(session, trigger))
    assert "audit_events" not in await covered(session)


async def test_table_of_a_later_migration_gets_the_trigger(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triggers, "audited_tables", lambda: {"journals": "'journal', 'id'", "absent": "'a', 'id'"})
    connection = await session.connection()
    await connection.execute(text("CREATE TABLE journals (id int, title text)"))
    for _ in range(2):
        await connection.run_sync(create_triggers)
    assert "journals" in await covered(session)
    await connection.execute(text("INSERT INTO journals VALUES (1, 'x')"))
    assert await all_events(session) == []  # not by a superuser
    await connection.execute(text("SET LOCAL app.by_superuser = 'on'"))
    await connection.execute(text("INSERT INTO journals VALUES (2, 'x')"))
    [event] = await all_events(session)
    assert (event.action, event.record_id, event.after) == ("journal.create", "2", {"id": 2, "title": "x"})


def test_columns_of_secrets_are_masked() -> None:
    columns = [column for table in SQLModel.metadata.tables.values() for column in table.columns]
    secrets = [each for each in columns if isinstance(each.type, LargeBinary) or SECRETS.search(each.name)]
    assert "users.hashed_password" in map(str, secrets)
    assert_none(str(each) for each in secrets if not re.search(MASKED, each.name))
