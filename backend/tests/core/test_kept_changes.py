"""An error can end a request and keep what the request wrote, such as a counted attempt."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.core.database.session import SessionDep
from app.core.errors import AppError, ErrorCode, NotFound
from app.core.http.problems import add_problem_handlers
from app.core.http.routing import add_routes
from app.users.models import User
from tests.core.answers import problem
from tests.fixtures import BASE_URL
from tests.users.factories import create_user

router = APIRouter()


class Counted(AppError):
    status, code, keep_changes = 429, ErrorCode.TOO_MANY_REQUESTS, True


class NotCounted(Counted):
    keep_changes = False


ERRORS: dict[str, Exception] = {
    "counted": Counted("Too many attempts"),
    "not-kept": NotCounted("Too many attempts"),
    "not-found": NotFound("Not found"),
    "bug": RuntimeError("on purpose"),
}


async def rename(session: AsyncSession) -> None:
    await (await session.connection()).execute(text("UPDATE users SET full_name = 'Renamed'"))


@router.post("/attempts/{name}")
async def fail(session: SessionDep, name: str) -> None:
    await rename(session)
    raise ERRORS[name]


async def refuse(session: SessionDep) -> None:
    await rename(session)
    raise ERRORS["counted"]


@router.post("/refused", dependencies=[Depends(refuse)])
async def never_reached() -> None:
    raise AssertionError


@pytest.fixture(params=["add_routes", "include_router"])
async def attempts(request: pytest.FixtureRequest, session: AsyncSession) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    add_problem_handlers(app)
    if request.param == "add_routes":
        add_routes(app, router, "")
    else:
        app.include_router(router)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield client


async def name_of(session: AsyncSession, user: User) -> str | None:
    await session.refresh(user)
    return user.full_name


@pytest.mark.parametrize("path", ["/attempts/counted", "/refused"])
async def test_error_that_keeps_changes_commits_them(attempts: AsyncClient, session: AsyncSession, path: str) -> None:
    user = await create_user(session)
    assert problem(await attempts.post(path)) == (429, "RATE_001")
    assert await name_of(session, user) == "Renamed"


@pytest.mark.parametrize(("name", "status"), [("not-kept", 429), ("not-found", 404), ("bug", 500)])
async def test_other_errors_roll_back(attempts: AsyncClient, session: AsyncSession, name: str, status: int) -> None:
    user = await create_user(session)
    assert (await attempts.post(f"/attempts/{name}")).status_code == status
    assert await name_of(session, user) is None


async def test_failed_commit_replaces_the_error(
    attempts: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(AsyncSession):
        async def commit(self) -> None:
            raise OperationalError("COMMIT", None, psycopg.OperationalError("the connection is lost"))

    monkeypatch.setattr(db.WriteSession, "class_", Lost)
    user = await create_user(session)
    assert problem(await attempts.post("/attempts/counted")) == (503, "UNAV_001")
    assert await name_of(session, user) is None
