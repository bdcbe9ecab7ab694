"""A job is part of its transaction: a rollback leaves none, a commit loses none (RE-02, D11)."""

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from croniter import croniter  # type: ignore[import-untyped]
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.features import modules
from app.core.jobs import GiveUp, enqueue, job, queue
from app.core.jobs.definitions import registered
from app.core.logging import current_request_id
from tests.fixtures import Clock, RunJobs
from tests.users.factories import PASSWORD

calls: list[Any] = []
list(modules("jobs"))


@job(priority=3)
async def note(*, value: Any = None) -> None:
    calls.append(value)


@job(unique="user {user_id} {kind}")
async def once(*, user_id: int, other: int = 0, kind: str = "x") -> None:
    calls.append((user_id, other))


@job()
async def fail() -> None:
    raise RuntimeError("on purpose")


@job()
async def give_up() -> None:
    raise GiveUp("on purpose")


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


async def queued(session: AsyncSession, what: str = "task_name") -> list[Any]:
    connection = await session.connection()
    return list((await connection.execute(text(f"SELECT {what} FROM procrastinate_jobs ORDER BY id"))).scalars())  # noqa: S608


async def test_committed_job_runs_once(session: AsyncSession, run_jobs: RunJobs) -> None:
    async with db.transaction() as transaction:
        await enqueue(transaction, note, value=1)
        assert calls == []
    await run_jobs()
    await run_jobs()
    assert calls == [1]


async def test_rolled_back_transaction_leaves_no_job(session: AsyncSession) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with db.transaction() as transaction:
            await enqueue(transaction, note)
            raise RuntimeError("on purpose")
    assert await queued(session) == []


async def test_rollback_to_a_savepoint_keeps_earlier_jobs(session: AsyncSession) -> None:
    async with db.transaction() as transaction:
        await enqueue(transaction, note, value=1)
        async with transaction.begin_nested() as savepoint:
            await enqueue(transaction, note, value=2)
            await savepoint.rollback()
    assert await queued(session, "args -> 'arguments' ->> 'value'") == ["1"]


async def test_enqueue_is_one_statement(session: AsyncSession, statements: list[str]) -> None:
    async with db.transaction() as transaction:
        await enqueue(transaction, once, user_id=1)
        await enqueue(transaction, once, user_id=1)
    assert [statement.split()[0] for statement in statements] == ["INSERT", "INSERT"]


async def test_unique_job_waits_once_for_each_key(session: AsyncSession, run_jobs: RunJobs) -> None:
    async with db.transaction() as transaction:
        for user_id, other in [(1, 1), (1, 2), (2, 3)]:
            await enqueue(transaction, once, user_id=user_id, other=other)
        await enqueue(transaction, note, value="the transaction continues")
    await run_jobs()
    assert calls == ["the transaction continues", (1, 1), (2, 3)]


async def test_finished_job_does_not_block_its_key(session: AsyncSession, run_jobs: RunJobs) -> None:
    for _ in range(2):
        async with db.transaction() as transaction:
            await enqueue(transaction, once, user_id=1)
        await run_jobs()
    assert calls == [(1, 0), (1, 0)]


async def test_safe_request_cannot_enqueue(session: AsyncSession) -> None:
    async with db.WriteSession() as reading:
        await (await reading.connection()).execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(DBAPIError, match="read-only transaction"):
            await enqueue(reading, note)


@pytest.mark.parametrize(("value", "error"), [(uuid.uuid4(), TypeError), ("x" * 9_000, ValueError)])
async def test_unusable_arguments_are_refused(session: AsyncSession, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await enqueue(session, note, value=value)


async def test_job_stores_the_request_id(client: AsyncClient, session: AsyncSession) -> None:
    body = {"email": "ada@example.com", "password": PASSWORD}
    await client.post("/api/v1/users/signup", json=body, headers={"X-Correlation-ID": "from-the-browser"})
    assert await queued(session, "args ->> 'request_id'") == ["from-the-browser"]


async def test_job_sees_the_request_id(session: AsyncSession, run_jobs: RunJobs) -> None:
    @job()
    async def see() -> None:
        calls.append(current_request_id.get())

    token = current_request_id.set("request-1")
    async with db.transaction() as transaction:
        await enqueue(transaction, see)
    current_request_id.reset(token)
    await run_jobs()
    assert calls == ["request-1"]


@pytest.mark.parametrize("failing", [fail, give_up])
async def test_failing_job_does_not_stop_others(session: AsyncSession, run_jobs: RunJobs, failing: Any) -> None:
    async with db.transaction() as transaction:
        await enqueue(transaction, failing)
        await enqueue(transaction, note, value=2)
    await run_jobs()
    assert calls == [2]
    assert sorted(await queued(session, "status")) == ["failed", "succeeded"]


async def test_declared_job_can_be_called() -> None:
    await note(value=5)
    assert calls == [5]


def test_names_of_jobs_have_their_feature() -> None:
    assert {"mail.send_mail", "users.delete_avatar", "core.note"} <= registered.keys()


def test_cron_expressions_are_valid() -> None:
    periodic = [each for each in registered.values() if each.every]
    assert len(periodic) >= 4
    assert [each.name for each in periodic if not croniter.is_valid(each.every)] == []


async def positional(user_id: int) -> None: ...


def synchronous() -> None: ...


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (positional, {}, "only keyword arguments"),
        (synchronous, {}, "async function"),
        (once.run, {"unique": "{user}"}, "has no argument user"),
        (once.run, {"every": "0 2 * * *"}, "need defaults"),
    ],
)
def test_wrong_declarations_are_refused(
    function: Callable[..., Awaitable[None]], options: dict[str, str], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        job(**options)(function)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "left"), [(6, ["failed", "succeeded", "todo"]), (8, ["failed", "todo"]), (31, ["todo"])]
)
async def test_finished_jobs_are_deleted(
    session: AsyncSession, run_jobs: RunJobs, clock: Clock, days: int, left: list[str]
) -> None:
    for declared in (note, fail):
        async with db.transaction() as transaction:
            await enqueue(transaction, declared)
        await run_jobs()
    async with db.transaction() as transaction:
        await enqueue(transaction, note)
    clock.advance(timedelta(days=days))
    async with db.transaction() as transaction:
        assert not await queue.delete_finished(transaction)
    assert sorted(await queued(session, "status")) == left
