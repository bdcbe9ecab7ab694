"""Jobs that delete what has ended, and that store failed sign-ins."""

from datetime import datetime, timedelta

from app.auth import crud, pending_emails, recent_writes, security_events, sign_ups
from app.core.clock import utc_now
from app.core.database.session import transaction
from app.core.jobs import job


@job(every="0 2 * * *")
async def delete_old_sessions() -> None:
    """Delete sessions that expired more than 30 days ago."""
    async with transaction() as session:
        await crud.delete_expired_sessions(session=session, before=utc_now() - timedelta(days=30))


@job(every="5 2 * * *")
async def delete_old_writes() -> None:
    """Delete the times of users' writes, which matter for seconds only."""
    async with transaction() as session:
        await recent_writes.delete_old_writes(session=session)


@job(every="10 2 * * *")
async def delete_ended_one_time_tokens() -> None:
    """Delete one-time tokens that were used or have expired, and sign-ups and addresses that nobody has confirmed."""
    async with transaction() as session:
        await crud.delete_ended_one_time_tokens(session=session)
        await sign_ups.delete_expired_sign_ups(session=session)
        await pending_emails.delete_expired(session=session)


@job(every="15 2 * * *")
async def delete_expired_security_events() -> None:
    """Delete events that are older than a year, in batches."""
    while True:
        async with transaction() as session:
            if not await security_events.delete_expired_events(session=session):
                return


@job(unique="{email}")
async def record_failed_sign_in(*, email: str, device: str | None, ip: str | None, at: str) -> None:
    """Store a failed sign-in, if the address has an account."""
    async with transaction() as session:
        await security_events.record_failed_sign_in(
            session=session, email=email, device=device, ip=ip, at=datetime.fromisoformat(at)
        )
