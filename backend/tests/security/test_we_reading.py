"""A `GET` request cannot write, whatever its handler does with the session (WE-03)."""

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlmodel import func, select

from app.core.database import session as db
from app.core.database.session import SessionDep
from app.main import create_app
from app.users.models import User
from tests.core.answers import problem
from tests.fixtures import BASE_URL
from tests.users.factories import create_user

WRITE = "/api/v1/write"


async def users() -> int:
    async with db.WriteSession() as session:
        return (await session.exec(select(func.count()).select_from(User))).one()


@pytest.mark.parametrize("commits", [False, True])
async def test_we03_session_of_a_get_is_read_only(live: AsyncClient, commits: bool) -> None:
    """This also holds for the transaction after a commit by the handler."""

    async def write(session: SessionDep) -> None:
        await session.exec(select(User.id))
        if commits:
            await session.commit()
        await create_user(session)

    app = create_app()
    app.add_api_route(WRITE, write, methods=["GET", "POST"])
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        assert problem(await client.get(WRITE)) == (500, "INT_001")
        assert await users() == 0
        assert (await client.post(WRITE)).status_code == 200
        assert await users() == 1
