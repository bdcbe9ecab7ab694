"""Jobs and mails are counted in the database."""

from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.clock import utc_now
from app.core.database.session import autocommit_session
from app.core.jobs import enqueue
from app.core.mail.models import Mail
from app.metrics.crud import read_work
from tests.faults import worker_jobs
from tests.fixtures import RunJobs


async def test_waiting_and_ended_jobs_are_counted(session: AsyncSession, run_jobs: RunJobs, tmp_path: Path) -> None:
    for number in range(3):
        await enqueue(session, worker_jobs.add, file=str(tmp_path / "ledger"), line=str(number))
    await session.commit()
    [waiting] = (await read_work(session=autocommit_session)).active
    assert waiting[:3] == ("default", "waiting", 3)
    await enqueue(session, worker_jobs.add, file=str(tmp_path / "missing" / "ledger"), line="fails")
    await session.commit()
    await run_jobs()
    work = await read_work(session=autocommit_session)
    assert work.active == []
    assert [each[:3] for each in work.ended] == [("faults.add", "failed", 1), ("faults.add", "succeeded", 3)]


async def test_queued_and_recent_mails_are_counted(session: AsyncSession) -> None:
    for state in ("queued", "queued", "sent"):
        session.add(Mail(template="auth.welcome", retry_until=utc_now(), state=state))
    await session.commit()
    work = await read_work(session=autocommit_session)
    assert sorted(work.mails) == [("queued", 2), ("sent", 1)]
