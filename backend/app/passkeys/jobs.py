from app.core.database.session import transaction
from app.core.jobs import job
from app.passkeys import crud


@job(every="20 * * * *")
async def delete_expired_challenges() -> None:
    """Delete used challenges that have expired, and so do not count any more."""
    async with transaction() as session:
        await crud.delete_expired_challenges(session=session)
