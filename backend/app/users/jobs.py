from datetime import timedelta

from app.core import storage
from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.jobs import job
from app.users import avatars, crud


@job()
async def delete_avatar(*, key: str) -> None:
    """Delete a stored picture to which no row refers any more."""
    await storage.delete(key=key)


@job(every="20 2 * * *", timeout=timedelta(minutes=30))
async def delete_orphaned_avatars() -> None:
    """Delete pictures without a user: an upload can be stored and its request then fail, or be killed."""
    # A young one can belong to a request that has not committed.
    async for keys in storage.keys(avatars.FOLDER, before=utc_now() - timedelta(days=1)):
        owners = {key: owner for key in keys if (owner := avatars.owner(key))}
        async with transaction() as session:
            urls = await crud.read_avatar_urls(session=session, user_ids=set(owners.values()))
        used = {avatars.key(user_id, url) for user_id, url in urls.items()}
        for key in owners.keys() - used:
            await storage.delete(key=key)
