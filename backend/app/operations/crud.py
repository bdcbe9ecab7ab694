"""Queries of jobs and mails. Those that change a job are in `core/jobs`."""

import uuid
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Text, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.statements import AutocommitSession, Row, Statement
from app.core.errors import NotFound
from app.core.jobs import overview
from app.core.lists.paged_list import PagedList
from app.core.mail.models import Mail
from app.core.story import MAX_EVENTS
from app.operations.models import JobPublic, JobsParams, JobsPublic, MailPublic, MailsParams, MailsPublic
from app.users.models import User

_job_columns: list[Any] = [*overview.JOB_COLUMNS, overview.ARGUMENTS]
_JOB = Statement(select(*_job_columns).where(bindparam("job_id") == overview.JOB_ID))
_JOB_EVENTS = Statement(
    select(*overview.EVENT_COLUMNS)
    .select_from(overview.EVENT_ID.table)
    .where(bindparam("job_id") == overview.EVENT_JOB_ID, overview.IS_PAST)
    .order_by(overview.EVENT_ID.desc())
    .limit(overview.MAX_EVENTS)
)
_JOBS = PagedList(
    select(*overview.JOB_COLUMNS),
    id_column=overview.JOB_ID,
    sort_keys={"created_at": None},  # ids are in the order of creation
    searched=(overview.NAME, overview.REQUEST_ID),
    filters={
        "state": overview.HAS_STATE,
        "queue": bindparam("queue") == overview.QUEUE,
        "name": bindparam("name") == overview.NAME,
        "request_id": bindparam("request_id") == overview.REQUEST_ID,
    },
    returns=JobsPublic,
)
_RECIPIENT = func.coalesce(Mail.address, User.email, type_=Text)
_MAIL_COLUMNS = [
    _RECIPIENT.label("recipient") if name == "recipient" else getattr(Mail, name) for name in MailPublic.model_fields
]
_OF_MAILS: Any = select(*_MAIL_COLUMNS).select_from(Mail).outerjoin(User, col(User.id) == Mail.recipient_id)
_MAILS = PagedList(
    _OF_MAILS,
    id_column=Mail.id,
    sort_keys={"created_at": col(Mail.created_at)},
    searched=(Mail.address, User.email, Mail.subject, Mail.request_id),
    filters={
        "state": col(Mail.state) == bindparam("state"),
        "template": col(Mail.template) == bindparam("template"),
        "request_id": col(Mail.request_id) == bindparam("request_id"),
    },
    returns=MailsPublic,
)
_MAIL = Statement(_OF_MAILS.where(Mail.id == bindparam("mail_id")), returns=MailPublic)
_EVENTS_OF_REQUEST = Statement(
    select(*overview.JOB_COLUMNS, *overview.EVENT_COLUMNS)
    .join_from(overview.JOB_ID.table, overview.EVENT_ID.table, overview.EVENT_JOB_ID == overview.JOB_ID)
    .where(bindparam("request_id") == overview.REQUEST_ID, overview.IS_PAST)
    .order_by(overview.EVENT_ID)
    .limit(MAX_EVENTS)
)
_MAILS_OF_REQUEST = Statement(
    _OF_MAILS.where(Mail.request_id == bindparam("request_id")).order_by(Mail.created_at).limit(MAX_EVENTS),
    returns=MailPublic,
)


async def read_jobs(*, session: AutocommitSession, params: JobsParams) -> Row[JobsPublic]:
    """Return `JobsPublic`: one page of jobs."""
    return await _JOBS.page(session, params)


async def read_job(*, session: AutocommitSession, job_id: int) -> Row[Any]:
    """Return the fields of `JobDetail`. Raises `NotFound`."""
    row = await session.first(_JOB, job_id=job_id)
    if row is None:
        raise NotFound("Job not found. Jobs that have ended are deleted after some days.")
    events = await session.all(_JOB_EVENTS, job_id=job_id)
    return Row({**row, "arguments": overview.mask_arguments(row["arguments"]), "events": events[::-1]})


async def read_mails(*, session: AutocommitSession, params: MailsParams) -> Row[MailsPublic]:
    """Return `MailsPublic`: one page of mails."""
    return await _MAILS.page(session, params)


async def read_mail(*, session: AutocommitSession, mail_id: uuid.UUID) -> Row[MailPublic]:
    """Return `MailPublic`. Raises `NotFound`."""
    row = await session.first(_MAIL, mail_id=mail_id)
    if row is None:
        raise NotFound("Mail not found")
    return row


async def get_mail(*, session: AsyncSession, mail_id: uuid.UUID) -> Mail:
    """Return the mail, locked until the commit. Raises `NotFound`."""
    mail = await session.get(Mail, mail_id, with_for_update=True)
    if mail is None:
        raise NotFound("Mail not found")
    return mail


async def read_job_events(*, session: AutocommitSession, request_id: str) -> list[Row[JobPublic]]:
    """Return the events of the request's jobs, each with the fields of `JobPublic` and `at` and `event`."""
    return await session.all(_EVENTS_OF_REQUEST, request_id=request_id)


async def read_mails_of_request(*, session: AutocommitSession, request_id: str) -> list[Row[MailPublic]]:
    return await session.all(_MAILS_OF_REQUEST, request_id=request_id)
