"""How many links are sent, that a stranger cannot void one, and that nothing reveals accounts (RE-02, RE-05, RE-11)."""

import asyncio
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.models import OneTimeToken
from app.core.clock import utc_now
from app.core.database import session as db
from app.core.mail.models import Mail
from app.core.mail.outbox import send_mail
from app.users.models import User
from tests.auth.factories import signed_in_superuser
from tests.auth.mailbox import EMAIL, Mails, RequestToken, reset_password, reset_token
from tests.core.races import until_waiting
from tests.core.smtp_server import DROPPED, MailServer
from tests.fixtures import Clock, RunJobs
from tests.users.factories import create_user

RECOVER = "/api/v1/password-recovery/"
UNKNOWN = "nobody@example.com"
MINUTES = timedelta(minutes=2)


async def mail_states(session: AsyncSession) -> list[str]:
    session.expire_all()
    return list((await session.exec(select(Mail.state).order_by(Mail.id))).all())  # type: ignore[arg-type]


async def test_re02_request_does_the_same_for_every_address(
    client: AsyncClient, session: AsyncSession, statements: list[str]
) -> None:
    known, inactive = await create_user(session), await create_user(session, is_active=False)
    work = []
    for address in (known.email, inactive.email, UNKNOWN):
        statements.clear()
        assert (await client.post(f"{RECOVER}{address}")).status_code == 200
        work.append(list(statements))
    assert work[0] == work[1] == work[2]
    assert not [statement for statement in work[0] if "users" in statement]
    rows = (await session.exec(select(Mail.template, Mail.recipient_id, Mail.state))).all()
    assert set(rows) == {("auth.password_recovery", None, "queued")}


async def test_re02_repeated_request_does_the_same_too(
    client: AsyncClient, session: AsyncSession, statements: list[str], run_jobs: RunJobs
) -> None:
    known = await create_user(session)
    work = []
    for address in (known.email, UNKNOWN):
        await client.post(f"{RECOVER}{address}")
        await run_jobs()
        statements.clear()
        await client.post(f"{RECOVER}{address}")
        work.append(list(statements))
    assert work[0] == work[1]


async def test_re11_young_link_stays_the_only_one(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    await client.post(f"{RECOVER}{EMAIL}")
    await run_jobs()
    clock.advance(MINUTES - timedelta(seconds=1))
    await client.post(f"{RECOVER}{EMAIL}")
    await run_jobs()
    [mail] = mails()
    assert (await reset_password(client, reset_token(mail))).status_code == 200


async def test_re05_stranger_cannot_void_the_link(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    tokens = []
    for _ in range(3):
        tokens.append(await request_token())
        clock.advance(MINUTES)
    assert len(set(tokens)) == 3
    assert (await reset_password(client, tokens[0])).status_code == 200


async def test_re05_used_link_voids_the_others(
    client: AsyncClient, session: AsyncSession, request_token: RequestToken, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    first = await request_token()
    clock.advance(MINUTES)
    second = await request_token()
    assert (await reset_password(client, second)).status_code == 200
    assert (await reset_password(client, first, "a third horse battery")).status_code == 400


async def test_re11_account_gets_three_mails_an_hour(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    for _ in range(10):
        assert (await client.post(f"{RECOVER}{EMAIL}")).status_code == 200
        await run_jobs()
        clock.advance(MINUTES)
    assert len(mails()) == 3
    assert await mail_states(session) == ["sent"] * 3 + ["skipped"] * 2
    clock.advance(timedelta(hours=1))
    await client.post(f"{RECOVER}{EMAIL}")
    await run_jobs()
    assert len(mails()) == 4


async def test_re11_one_mail_arrives_after_an_outage(
    client: AsyncClient, session: AsyncSession, mail_server: MailServer, run_jobs: RunJobs, clock: Clock
) -> None:
    await create_user(session, email=EMAIL)
    mail_server.stop()
    for _ in range(9):
        await client.post(f"{RECOVER}{EMAIL}")
        await run_jobs()
        clock.advance(timedelta(minutes=25))
    mail_server.start()
    for mail_id in (await session.exec(select(Mail.id))).all():
        await send_mail(mail_id=str(mail_id))
    assert len(mail_server.received) == 1
    assert sorted(set(await mail_states(session))) == ["sent", "skipped"]


async def test_re11_flood_fills_no_table(
    client: AsyncClient, session: AsyncSession, run_jobs: RunJobs, clock: Clock
) -> None:
    clock.freeze()
    for _ in range(50):
        assert (await client.post(f"{RECOVER}{UNKNOWN}")).status_code == 200
    await run_jobs()
    connection = await session.connection()
    for table in ("mails", "procrastinate_jobs"):
        assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 1  # noqa: S608
    assert await mail_states(session) == ["skipped"]


async def test_re11_concurrent_jobs_send_one_mail(live: AsyncClient, mails: Mails) -> None:
    """Two requests at the same moment do not see each other's row."""
    rows = [Mail(template="auth.password_recovery", address=EMAIL, retry_until=utc_now()) for _ in range(5)]
    async with db.WriteSession() as session:
        user = await create_user(session, email=EMAIL)
        session.add_all(rows)
        await session.commit()
        await session.get(User, user.id, with_for_update=True, populate_existing=True)
        sending = asyncio.gather(*(send_mail(mail_id=str(row.id)) for row in rows))
        await until_waiting(len(rows))
        await session.commit()
    await sending
    assert len(mails()) == 1
    async with db.WriteSession() as session:
        assert sorted(await mail_states(session)) == ["sent"] + ["skipped"] * 4
        assert (await session.exec(select(func.count()).select_from(OneTimeToken))).one() == 1


async def test_links_of_both_copies_work(
    client: AsyncClient, session: AsyncSession, mail_server: MailServer, run_jobs: RunJobs
) -> None:
    """The server accepted the first copy, but its response was lost."""
    await create_user(session, email=EMAIL)
    mail_server.responses = [DROPPED]
    await client.post(f"{RECOVER}{EMAIL}")
    await run_jobs()
    await send_mail(mail_id=str((await session.exec(select(Mail.id))).one()))
    assert len(mail_server.received) == 2
    unused = (await session.exec(select(OneTimeToken.id).where(OneTimeToken.used_at.is_(None)))).all()  # type: ignore[union-attr]
    assert len(unused) == 2


async def test_no_token_is_in_the_database(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs
) -> None:
    _, superuser = await signed_in_superuser(session)
    await client.post("/api/v1/users/", headers=superuser, json={"email": EMAIL, "password": "correct horse battery"})
    await client.post(f"{RECOVER}{EMAIL}")
    await run_jobs()
    tokens = [reset_token(mail) for mail in mails()]
    assert len(tokens) == 2
    connection = await session.connection()
    tables = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    stored = ""
    for (table,) in tables.all():
        stored += str((await connection.execute(text(f'SELECT t::text FROM "{table}" t'))).all())  # noqa: S608
    assert EMAIL in stored
    assert [token for token in tokens if token in stored] == []


@pytest.mark.parametrize("state", ["unknown", "inactive", "deleted"])
async def test_mail_to_nobody_is_skipped(
    client: AsyncClient, session: AsyncSession, mails: Mails, run_jobs: RunJobs, state: str
) -> None:
    if state != "unknown":
        user = await create_user(session, email=EMAIL)
    await client.post(f"{RECOVER}{EMAIL}")
    if state == "inactive":
        user.is_active = False
        await session.commit()
    elif state == "deleted":
        await session.delete(user)
        await session.commit()
    await run_jobs()
    assert mails() == []
    assert await mail_states(session) == ["skipped"]
