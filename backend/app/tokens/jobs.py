from datetime import timedelta

from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.jobs import job
from app.tokens import crud


@job(every="15 2 * * *")
async def delete_old_tokens() -> None:
    """Delete tokens that expired more than 30 days ago. Until then, their users see why a program has stopped."""
    async with transaction() as session:
        await crud.delete_expired_tokens(session=session, before=utc_now() - timedelta(days=30))
