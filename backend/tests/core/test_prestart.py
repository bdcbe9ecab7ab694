"""Before the first request, prestart waits for the database, migrates it and creates a superuser (AZ-10)."""

import asyncio
import os
import subprocess
import sys
import uuid

import psycopg
import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import CapturingLogger

from app import prestart
from app.core.database import engine as database_engine
from app.core.database import session as db
from app.core.security.passwords import verify_password
from app.core.settings import settings as core_settings
from app.users.config import settings
from app.users.models import User
from scripts.local.ports import any_free_port
from tests import conftest
from tests.users.factories import create_user

PASSWORD = "a long superuser password"


@pytest.fixture(autouse=True)
def first_superuser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FIRST_SUPERUSER", "root@example.com")
    monkeypatch.setattr(settings, "FIRST_SUPERUSER_PASSWORD", SecretStr(PASSWORD))


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    logger = CapturingLogger()
    monkeypatch.setattr(prestart, "logger", logger)
    return logger


def events(logged: CapturingLogger) -> list[str]:
    return [call.args[0] for call in logged.calls]


async def stored_users(session: AsyncSession) -> list[User]:
    return list((await session.exec(select(User))).all())


async def test_first_superuser_is_created(session: AsyncSession) -> None:
    await prestart.create_first_superuser()
    [user] = await stored_users(session)
    assert (user.email, user.is_superuser, user.is_active) == ("root@example.com", True, True)
    assert (await verify_password(PASSWORD, user.hashed_password))[0]


async def test_second_run_leaves_the_superuser_alone(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    await prestart.create_first_superuser()
    [before] = [user.model_dump() for user in await stored_users(session)]
    monkeypatch.setattr(settings, "FIRST_SUPERUSER_PASSWORD", SecretStr("another superuser password"))
    await prestart.create_first_superuser()
    assert [user.model_dump() for user in await stored_users(session)] == [before]


async def test_changed_superuser_account_is_left_alone(session: AsyncSession) -> None:
    user = await create_user(session, email="root@example.com", full_name="Changed", is_active=False)
    await prestart.create_first_superuser()
    await session.refresh(user)
    assert (user.full_name, user.is_active) == ("Changed", False)


@pytest.mark.parametrize("is_active", [True, False])
async def test_other_superuser_is_enough(session: AsyncSession, logged: CapturingLogger, is_active: bool) -> None:
    """The first superuser was deleted or renamed. Their first password must not give access again."""
    await create_user(session, email="grace@example.com", is_superuser=True, is_active=is_active)
    await prestart.create_first_superuser()
    assert [user.email for user in await stored_users(session)] == ["grace@example.com"]
    assert events(logged) == ["first_superuser_not_created"]


async def test_taken_address_is_not_promoted(session: AsyncSession, logged: CapturingLogger) -> None:
    user = await create_user(session, email="root@example.com")
    await prestart.create_first_superuser()
    await session.refresh(user)
    assert not user.is_superuser
    assert events(logged) == ["first_superuser_not_created"]


async def test_creation_is_logged_without_the_address(session: AsyncSession, logged: CapturingLogger) -> None:
    await prestart.create_first_superuser()
    assert [(call.args, call.kwargs) for call in logged.calls] == [(("first_superuser_created",), {})]


async def test_two_concurrent_runs_create_one_superuser(live: AsyncClient) -> None:
    await asyncio.gather(prestart.create_first_superuser(), prestart.create_first_superuser())
    async with db.WriteSession() as session:
        assert len(await stored_users(session)) == 1


async def test_missing_password_is_reported(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FIRST_SUPERUSER_PASSWORD", SecretStr(""))
    with pytest.raises(SystemExit, match="FIRST_SUPERUSER_PASSWORD"):
        await prestart.create_first_superuser()
    assert await stored_users(session) == []


async def test_existing_superuser_needs_no_password_setting(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prestart.create_first_superuser()
    monkeypatch.setattr(settings, "FIRST_SUPERUSER_PASSWORD", SecretStr(""))
    await prestart.create_first_superuser()


async def test_prestart_waits_for_a_late_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first connections are refused, then the server is ready."""
    target = core_settings.database_url
    attempts = 0

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.close()
        if attempts == 3:
            monkeypatch.setattr(prestart, "engine", database_engine.engine)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    late = create_async_engine(target.rpartition("@")[0] + f"@127.0.0.1:{port}/late")
    monkeypatch.setattr(prestart, "engine", late)
    await prestart.wait_for_database()
    assert attempts == 3
    server.close()
    await late.dispose()


async def test_missing_database_ends_the_wait_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_async_engine(f"postgresql+psycopg://app:secret@127.0.0.1:{any_free_port()}/app")
    monkeypatch.setattr(prestart, "engine", engine)
    monkeypatch.setattr(prestart, "WAIT_SECONDS", 0.2)
    with pytest.raises(SystemExit, match="database was unavailable") as caught:
        await prestart.prepare()
    assert "secret" not in str(caught.value)


async def test_migrations_can_run_again() -> None:
    await asyncio.to_thread(prestart.migrate)


def test_program_prepares_an_empty_database() -> None:
    server, name = os.environ["TEST_POSTGRES_URL"], f"prestart_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    environment = os.environ | {
        "DATABASE_URL": f"{server}/{name}",
        "FIRST_SUPERUSER": "Root@Example.com",
        "FIRST_SUPERUSER_PASSWORD": PASSWORD,
    }
    command = [sys.executable, "-m", "app.prestart"]
    subprocess.run(command, cwd=conftest.BACKEND_DIR, env=environment, check=True, timeout=60)
    with psycopg.connect(f"{server}/{name}") as connection:
        assert connection.execute("SELECT email, is_superuser FROM users").fetchall() == [("root@example.com", True)]
    conftest.drop_database(name)
