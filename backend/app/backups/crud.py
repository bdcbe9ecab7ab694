from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.backups.models import Backup, Manifest
from app.core.database.statements import AutocommitSession, Statement

_NEWEST = Statement(select(Backup.created_at).order_by(col(Backup.created_at).desc()).limit(1))


async def newest_backup(*, session: AutocommitSession) -> datetime | None:
    """Return the time of the newest backup's data, or None if there is no backup."""
    row = await session.first(_NEWEST)
    return row["created_at"] if row else None


async def replace_backups(*, session: AsyncSession, manifests: Sequence[Manifest]) -> None:
    """Make the table match the backups in the storage."""
    await session.exec(delete(Backup))
    session.add_all(
        Backup(
            name=manifest.name,
            created_at=manifest.created_at,
            verified_at=manifest.verified_at,
            seconds=manifest.seconds,
            size=manifest.size,
            rows=manifest.rows,
        )
        for manifest in manifests
    )
    await session.flush()
