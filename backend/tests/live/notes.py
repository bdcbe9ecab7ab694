"""A table only for these tests. Its rows have an owner, and changes are notified."""

import uuid

from alembic import op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, Text, Uuid, insert
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.ids import new_id
from app.core.migrations.steps import notify_changes

notes = Table("notes", MetaData(), Column("id", Uuid), Column("owner_id", Uuid), Column("title", Text))


def create_table(connection: Connection) -> None:
    """Create the table as a migration would."""
    with Operations.context(MigrationContext.configure(connection)):
        op.execute(
            "CREATE TABLE notes (id uuid PRIMARY KEY, title text NOT NULL, "
            "owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE)"
        )
        notify_changes("notes", owner="owner_id")


def row(owner_id: uuid.UUID) -> dict[str, object]:
    return {"id": new_id(), "owner_id": owner_id, "title": "A note"}


async def create_note(session: AsyncSession, owner_id: uuid.UUID) -> None:
    await session.exec(insert(notes).values(row(owner_id)))
    await session.commit()
