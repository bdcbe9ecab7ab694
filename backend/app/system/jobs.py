"""Periodic jobs of the kernel."""

from datetime import timedelta

from app.core.database.session import transaction
from app.core.jobs import job
from app.core.jobs.queue import delete_finished
from app.core.limits.table import delete_old_counts
from app.core.mail.delivery import retry_unreachable
from app.core.mail.outbox import delete_old_mails


@job(every="30 2 * * *", timeout=timedelta(minutes=10))
async def delete_finished_jobs() -> None:
    """Delete jobs that ended more than 7 days ago, failed ones after 30 days."""
    is_more = True
    while is_more:
        async with transaction() as session:
            is_more = await delete_finished(session)


@job(every="20 2 * * *", timeout=timedelta(minutes=10))
async def delete_mails() -> None:
    """Delete the mails of more than 90 days ago."""
    is_more = True
    while is_more:
        async with transaction() as session:
            is_more = await delete_old_mails(session)


@job(every="*/10 * * * *", retry_for=timedelta(0))
async def delete_rate_counts() -> None:
    """Delete counts of requests that no longer limit anybody."""
    async with transaction() as session:
        await delete_old_counts(session=session)


@job(every="* * * * * */30", retry_for=timedelta(0))
async def retry_mails() -> None:
    """Send the mails that wait for the mail server, within 30 seconds after it is back."""
    async with transaction() as session:
        await retry_unreachable(session)
