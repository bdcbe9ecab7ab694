"""Retry, cancel and resend, and the story of a request over all features."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.statements import AutocommitSession
from app.core.errors import Conflict
from app.core.features import modules
from app.core.jobs import overview
from app.core.mail.outbox import reopen_mail, resend_mail, send_mail
from app.operations import crud
from app.operations.models import RequestStory


async def requeue_job(*, session: AsyncSession, job_id: int) -> None:
    """Raises `Conflict` if the job has not failed or been cancelled, or if an equal one waits."""
    requeued = await overview.requeue(session, job_id)
    if requeued is None:
        raise Conflict("Only a job that failed or was cancelled can be retried, while no equal job waits.")
    name, arguments = requeued
    if name == send_mail.name:  # it would refuse a mail that has failed
        reopen_mail(await crud.get_mail(session=session, mail_id=uuid.UUID(arguments["mail_id"])))


async def cancel_job(*, session: AsyncSession, job_id: int) -> None:
    """Raises `Conflict` if the job does not wait."""
    if not await overview.cancel(session, job_id):
        raise Conflict("Only a waiting job can be cancelled. Reload to see its state.")


async def resend(*, session: AsyncSession, mail_id: uuid.UUID) -> None:
    """Send a mail again. Raises `NotFound`, or `Conflict` while it is queued."""
    mail = await crud.get_mail(session=session, mail_id=mail_id)
    if mail.state == "queued":
        raise Conflict("The mail is queued, and will be sent.")
    await resend_mail(session, mail)


async def read_request_story(*, session: AutocommitSession, request_id: str) -> RequestStory:
    """Return the parts of all features, oldest first."""
    parts = [await module.read_story(session=session, request_id=request_id) for module in modules("story")]
    events = sorted((event for part in parts for event in part), key=lambda event: event.at)
    return RequestStory(request_id=request_id, events=events)
