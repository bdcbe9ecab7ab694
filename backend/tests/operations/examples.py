"""The operations and rows of operations, for the tests that cover all features."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.core.outbox import queue

SUPERUSERS = {
    "read_jobs",
    "read_job",
    "rerun_job",
    "cancel_job",
    "read_mails",
    "read_mail",
    "send_mail_again",
    "read_request_story",
}

PARAMETERS = {"job_id": "1", "mail_id": "0198a000-0000-7000-8000-000000000001", "request_id": "some-request"}


async def create_parameters(session: AsyncSession) -> dict[str, str]:
    mail = await queue(session)
    connection = await session.connection()
    job_id = (await connection.execute(text("SELECT max(id) FROM procrastinate_jobs"))).scalar_one()
    return {"job_id": str(job_id), "mail_id": str(mail.id)}


async def queue_mails(session: AsyncSession) -> None:
    for number in range(5):
        await queue(session, address=f"person{number}@example.com")


LISTED = {"/api/v1/operations/jobs/": queue_mails, "/api/v1/operations/mails/": queue_mails}
