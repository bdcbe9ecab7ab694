from datetime import timedelta

from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.jobs import job
from app.totp import crud, trusted_devices


@job(every="25 2 * * *")
async def delete_old_trust() -> None:
    """Delete the trust in browsers that has expired, and secrets that nobody has confirmed for a day."""
    async with transaction() as session:
        await trusted_devices.delete_expired_devices(session=session, before=utc_now())
        await crud.delete_unconfirmed(session=session, before=utc_now() - timedelta(days=1))
