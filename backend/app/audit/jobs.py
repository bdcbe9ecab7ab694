from app.audit import crud
from app.core.database.session import transaction
from app.core.jobs import job


@job(every="30 2 * * *")
async def delete_expired_events() -> None:
    """Delete events that are older than `AUDIT_RETENTION_DAYS`, in batches."""
    while True:
        async with transaction() as session:
            if not await crud.delete_expired_events(session=session):
                return
