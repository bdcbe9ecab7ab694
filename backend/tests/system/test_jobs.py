from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.jobs import queue
from app.core.mail import outbox
from app.core.mail.models import Mail
from app.core.mail.outbox import queue_mail
from app.system import jobs, mails
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD


async def test_all_batches_of_finished_jobs_are_deleted(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs
) -> None:
    insert = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) SELECT '', '', 'succeeded' FROM "
    connection = await session.connection()
    await connection.execute(text(f"{insert} generate_series(1, {queue.BATCH + 1})"))
    old = "SELECT id, 'succeeded', now() - interval '8 days' FROM procrastinate_jobs"
    await connection.execute(text(f"INSERT INTO procrastinate_events (job_id, type, at) {old}"))
    body = {"email": "ada@example.com", "password": PASSWORD}
    await client.post("/api/v1/users/signup", json=body)
    await run_jobs()
    await jobs.delete_finished_jobs()
    left = text("SELECT task_name FROM procrastinate_jobs")
    assert list((await connection.execute(left)).scalars()) == ["mail.send_mail"]


async def test_all_batches_of_old_mails_are_deleted(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(outbox, "_BATCH", 2)
    for number in range(5):
        await queue_mail(session, mails.test_mail, address=f"user{number}@example.com")
    await session.commit()
    clock.advance(timedelta(days=90))
    await jobs.delete_mails()
    assert (await session.exec(select(Mail.id))).all() == []
