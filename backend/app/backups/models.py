from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Backup(SQLModel, table=True):
    """A backup that was restored and found equal. The rows mirror the storage, which outlives this database."""

    __tablename__ = "backups"

    name: str = Field(max_length=32, primary_key=True)
    created_at: datetime
    """The moment whose data it holds."""
    verified_at: datetime
    seconds: float
    """How long it took to make and to verify."""
    size: int = Field(sa_type=BigInteger)
    """Bytes in the storage."""
    rows: int = Field(sa_type=BigInteger)


class TableState(SQLModel):
    """What is compared after a restore."""

    rows: int
    checksum: str
    """Sum over the hashes of all rows, so that their order does not matter."""
    newest: datetime | None = None
    """The latest `created_at`, where the table has one."""


class StoredFile(SQLModel):
    size: int
    sha256: str
    """Of what is stored, which is encrypted."""


class Manifest(SQLModel):
    """Describes a backup. It is written last, so what has none does not count."""

    name: str
    created_at: datetime
    verified_at: datetime
    seconds: float
    revision: str
    """The last migration of the schema."""
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
