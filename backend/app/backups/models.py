from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from app.core.models import READ_WRITE


class Backup(SQLModel, table=True):
    """A verified backup. The table only mirrors the storage, which is the source of truth."""

    __tablename__ = "backups"
    __grants__ = READ_WRITE

    name: str = Field(max_length=32, primary_key=True)
    created_at: datetime
    """Time of its data."""
    verified_at: datetime
    seconds: float
    """Duration of creating and verifying it."""
    size: int = Field(sa_type=BigInteger)
    """Size in the storage in bytes."""
    rows: int = Field(sa_type=BigInteger)


class TableState(SQLModel):
    """State of a table, compared after a restore."""

    rows: int
    checksum: str
    """Sum of the hashes of all rows, which does not depend on their order."""
    newest: datetime | None = None
    """Latest `created_at`, or None if the table has no such column or no rows."""


class StoredFile(SQLModel):
    size: int
    sha256: str
    """Hash of the encrypted file."""


class Manifest(SQLModel):
    """Description of a backup. It is written last, so a backup without one is incomplete."""

    name: str
    created_at: datetime
    verified_at: datetime
    seconds: float
    revision: str
    """Last migration of the schema."""
    postgresql: int
    """Major version of the server."""
    tables: dict[str, TableState]
    files: dict[str, StoredFile]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def newest_row(self) -> datetime | None:
        return max((table.newest for table in self.tables.values() if table.newest), default=None)
