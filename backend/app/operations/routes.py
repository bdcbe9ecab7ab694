"""Endpoints for superusers who look after jobs and mails."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from app.auth.deps import CurrentSuperuser, confirm, get_current_superuser
from app.core.database.session import AutocommitDep, SessionDep
from app.core.errors import Conflict, NotFound
from app.core.http.openapi import problems
from app.core.http.responses import respond
from app.core.models import Message
from app.operations import crud, service
from app.operations.models import (
    JobDetail,
    JobsParams,
    JobsPublic,
    MailPublic,
    MailsParams,
    MailsPublic,
    RequestStory,
)

router = APIRouter(prefix="/operations", tags=["operations"])

superuser_only = [Depends(get_current_superuser)]
# Text, because JavaScript cannot hold all numbers of 64 bits.
JobId = Annotated[str, Path(max_length=18, pattern=r"^[1-9][0-9]{0,17}$")]
RequestId = Annotated[str, Path(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


@router.get("/jobs/", response_model=JobsPublic, dependencies=superuser_only)
async def read_jobs(session: AutocommitDep, params: Annotated[JobsParams, Query()]) -> Response:
    """List jobs. Those that ended are deleted after 7 days, failed ones after 30."""
    return respond(JobsPublic, await crud.read_jobs(session=session, params=params))


@router.get("/jobs/{job_id}", response_model=JobDetail, responses=problems(NotFound), dependencies=superuser_only)
async def read_job(session: AutocommitDep, job_id: JobId) -> Response:
    """Get a job with its arguments and events. Secrets are masked."""
    return respond(JobDetail, await crud.read_job(session=session, job_id=int(job_id)))


@router.post("/jobs/{job_id}/retry", responses=problems(NotFound, Conflict))
async def rerun_job(session: SessionDep, current_user: CurrentSuperuser, job_id: JobId) -> Message:
    """Run a job again that failed or was cancelled. It gets all of its retries again."""
    await confirm(current_user)(session=session)
    await service.requeue_job(session=session, job_id=int(job_id))
    return Message(message="The job runs again")


@router.post("/jobs/{job_id}/cancel", responses=problems(NotFound, Conflict))
async def cancel_job(session: SessionDep, current_user: CurrentSuperuser, job_id: JobId) -> Message:
    """Cancel a job that waits."""
    await confirm(current_user)(session=session)
    await service.cancel_job(session=session, job_id=int(job_id))
    return Message(message="The job was cancelled")


@router.get("/mails/", response_model=MailsPublic, dependencies=superuser_only)
async def read_mails(session: AutocommitDep, params: Annotated[MailsParams, Query()]) -> Response:
    """List mails of the last 90 days."""
    return respond(MailsPublic, await crud.read_mails(session=session, params=params))


@router.get("/mails/{mail_id}", response_model=MailPublic, responses=problems(NotFound), dependencies=superuser_only)
async def read_mail(session: AutocommitDep, mail_id: uuid.UUID) -> Response:
    """Get a mail. Its content is not stored."""
    return respond(MailPublic, await crud.read_mail(session=session, mail_id=mail_id))


@router.post("/mails/{mail_id}/resend", responses=problems(NotFound, Conflict))
async def send_mail_again(session: SessionDep, current_user: CurrentSuperuser, mail_id: uuid.UUID) -> Message:
    """Send a mail again that was sent, failed or skipped. Links in it are new; limits for its recipient apply."""
    await confirm(current_user)(session=session)
    await service.resend(session=session, mail_id=mail_id)
    return Message(message="The mail is queued again")


@router.get("/requests/{request_id}", dependencies=superuser_only)
async def read_request_story(session: AutocommitDep, request_id: RequestId) -> RequestStory:
    """Get what a request caused, oldest first. The request itself is in the log of the API only."""
    return await service.read_request_story(session=session, request_id=request_id)
