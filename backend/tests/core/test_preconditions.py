"""Versions, `ETag` and `If-Match` (RFC 9110, section 13.1.1), with users as the example."""

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from app.main import create_app
from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.core.answers import fields, problem
from tests.fixtures import BASE_URL
from tests.users.factories import create_user

USERS = "/api/v1/users/"


@pytest.fixture
async def path(session: AsyncSession) -> tuple[str, Headers]:
    """The path of a user with version 2, and headers of a superuser."""
    _, headers = await signed_in_superuser(session)
    user = await create_user(session, full_name="Before")
    user.full_name = "Between"
    session.add(user)
    await session.commit()
    assert user.version == 2
    return f"{USERS}{user.id}", headers


async def change(client: AsyncClient, path: tuple[str, Headers], *tags: str) -> tuple[int, str, str]:
    """Return the status, the error code and the user's name afterwards."""
    url, headers = path
    sent = [*headers.items(), *(("If-Match", tag) for tag in tags)]
    response = await client.patch(url, headers=sent, json={"full_name": "After"})
    code = "" if response.is_success else problem(response)[1]
    return response.status_code, code, (await client.get(url, headers=headers)).json()["full_name"]


@pytest.mark.parametrize(
    "tags",
    [
        [],
        ["*"],
        [" * "],
        ['"2"'],
        ['"1", "2"'],
        ['"1","2"'],
        ['"a,b" ,\t"2"'],
        [',, "2",'],
        ['W/"1", "2"'],
        ['"1"', '"2"'],
    ],
)
async def test_change_of_the_matching_version_succeeds(
    client: AsyncClient, path: tuple[str, Headers], tags: list[str]
) -> None:
    assert await change(client, path, *tags) == (200, "", "After")


@pytest.mark.parametrize(
    "tags",
    [['"1"'], ['"3"'], ['"02"'], ['""'], [""], [","], ['W/"2"'], ['"2,"'], ['"1"', '"3"'], ['"' + "2" * 4000 + '"']],
)
async def test_change_of_another_version_is_refused(
    client: AsyncClient, path: tuple[str, Headers], tags: list[str]
) -> None:
    assert await change(client, path, *tags) == (412, "PRE_001", "Between")


@pytest.mark.parametrize(
    "tags",
    [
        ["2"],
        ["two"],
        ['"2'],
        ['2"'],
        ['"1" "2"'],
        ['*, "2"'],
        ['"2"', "*"],
        ["**"],
        ['w/"2"'],
        ["W/2"],
        ['"2 "'],
        ['"2";'],
    ],
)
async def test_malformed_condition_is_invalid(client: AsyncClient, path: tuple[str, Headers], tags: list[str]) -> None:
    assert await change(client, path, *tags) == (422, "VAL_001", "Between")


async def test_malformed_condition_is_reported_on_its_header(client: AsyncClient, path: tuple[str, Headers]) -> None:
    response = await client.delete(path[0], headers={**path[1], "If-Match": "2"})
    assert fields(response) == ["If-Match"]


async def test_long_malformed_condition_is_refused_quickly(client: AsyncClient, path: tuple[str, Headers]) -> None:
    """A pattern with backtracking would take minutes."""
    for tag in (" " * 50_000 + "x", ", " * 25_000 + "x", '"1", ' * 10_000 + "x", '"' * 50_001):
        assert (await change(client, path, tag))[0] == 422


async def test_refusal_explains_and_returns_the_current_version(client: AsyncClient, path: tuple[str, Headers]) -> None:
    response = await client.patch(path[0], headers={**path[1], "If-Match": '"1"'}, json={"full_name": "After"})
    assert response.json()["detail"] == "Someone else has changed this record. Load it again and retry."
    assert response.headers["etag"] == '"2"'


async def test_version_of_another_user_stays_hidden(
    client: AsyncClient, session: AsyncSession, path: tuple[str, Headers]
) -> None:
    _, headers = await signed_in_user(session)
    response = await client.patch(path[0], headers={**headers, "If-Match": '"1"'}, json={"full_name": "After"})
    assert problem(response) == (403, "AUTH_002")
    assert "etag" not in response.headers


async def test_cors_allows_if_match_and_exposes_etag(client: AsyncClient) -> None:
    origin = {"Origin": "http://localhost:8000"}
    preflight = {**origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "if-match"}
    assert (await client.options(USERS, headers=preflight)).status_code == 200
    exposed = (await client.get(USERS, headers=origin)).headers["access-control-expose-headers"].lower()
    assert {"etag", "x-total-count", "content-disposition"} <= set(exposed.split(", "))


async def test_concurrent_change_without_a_lock_is_detected(live: AsyncClient) -> None:
    """SQLAlchemy compares the versions on commit."""
    async with db.WriteSession() as session:
        user = await create_user(session)
    async with db.WriteSession() as one, db.WriteSession() as other:
        first, second = await one.get_one(User, user.id), await other.get_one(User, user.id)
        first.full_name = "first"
        await one.commit()
        second.full_name = "second"
        with pytest.raises(StaleDataError):
            await other.commit()
    async with db.WriteSession() as session:
        stored = await session.get_one(User, user.id)
    assert (stored.full_name, stored.version) == ("first", 2)


async def test_change_detected_on_commit_is_a_conflict() -> None:
    app = create_app()

    async def late() -> None:
        raise StaleDataError

    app.router.add_api_route("/api/v1/late", late)
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE_URL) as client:
        assert problem(await client.get("/api/v1/late")) == (409, "CONF_001")
