"""The list of items as CSV."""

import asyncio
import csv
import io
import random
import tracemalloc
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth.crud import get_session_principal
from app.auth.deps import still_allowed
from app.auth.models import UserSession
from app.core.database import session as db
from app.core.database.autocommit_pool import AutocommitPool
from app.core.lists.csv_export import NoLongerAllowed, csv_response
from app.core.lists.paged_list import CHUNK_ROWS
from app.items import crud
from app.items.models import Item, ItemPublic, ItemsFilter
from app.main import app
from app.users.models import User
from tests.auth.factories import signed_in_superuser, signed_in_user
from tests.core.answers import csv_rows, fields, listed_as_csv, problem
from tests.items.factories import create_items, create_many_items
from tests.users.factories import create_user

ITEMS = "/api/v1/items/"
EXPORT = f"{ITEMS}export"
ROWS = 2 * CHUNK_ROWS + 600


def some_titles(count: int) -> list[str]:
    """Return titles in random order, each several times and in both cases."""
    chance = random.Random(1)  # noqa: S311 - the same every time
    return [
        chance.choice(["title {}", "Title {}", 'a, "title" {}\r\n']).format(chance.randrange(count // 3))
        for _ in range(count)
    ]


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "title", "-title"])
async def test_export_matches_the_whole_list(client: AsyncClient, session: AsyncSession, sort: str) -> None:
    user, headers = await signed_in_user(session)
    other = await create_user(session)
    await create_many_items(session, user.id, *some_titles(ROWS))
    await create_items(session, other.id, "hidden")
    response = await client.get(EXPORT, headers=headers, params={"sort": sort})
    rows = csv_rows(response)
    assert len(rows) == ROWS
    assert rows == await listed_as_csv(client, ITEMS, headers, sort=sort)
    assert response.headers["x-total-count"] == str(ROWS)


@pytest.mark.parametrize("count", [0, 1, CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1])
async def test_export_can_end_with_a_full_chunk(client: AsyncClient, session: AsyncSession, count: int) -> None:
    user, headers = await signed_in_user(session)
    if count:
        await create_many_items(session, user.id, *["a title"] * count)
    response = await client.get(EXPORT, headers=headers)
    assert len(csv_rows(response)) == count
    assert response.headers["x-total-count"] == str(count)
    assert response.text.removeprefix("\ufeff").split("\r\n")[0] == ",".join(ItemPublic.model_fields)


async def test_export_supports_the_filters_of_the_list(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    owner = await create_user(session)
    await create_items(session, owner.id, "red apple", "pear", "Green Apple")
    await create_items(session, superuser.id, "apple pie")
    params = {"q": "APPLE", "owner_id": str(owner.id), "sort": "title"}
    response = await client.get(EXPORT, headers=headers, params=params)
    assert [row["title"] for row in csv_rows(response)] == ["Green Apple", "red apple"]
    assert response.headers["x-total-count"] == "2"
    assert len(csv_rows(await client.get(EXPORT, headers=headers))) == 4


async def test_export_is_a_download(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    response = await client.get(EXPORT, headers=headers)
    assert response.headers["content-disposition"] == 'attachment; filename="items.csv"'
    assert response.headers["cache-control"] == "no-store"


async def test_export_needs_a_session(client: AsyncClient) -> None:
    assert problem(await client.get(EXPORT)) == (401, "AUTH_001")


async def test_export_contains_only_own_items(client: AsyncClient, session: AsyncSession) -> None:
    other = await create_user(session)
    await create_items(session, other.id, "hidden")
    _, headers = await signed_in_user(session)
    for params in ({}, {"owner_id": str(other.id)}, {"q": "hidden"}):
        response = await client.get(EXPORT, headers=headers, params=params)
        assert (csv_rows(response), response.headers["x-total-count"]) == ([], "0")


@pytest.mark.parametrize(("name", "value"), [("sort", "owner_id"), ("owner_id", "me"), ("q", "x" * 256)])
async def test_export_refuses_invalid_parameters(
    client: AsyncClient, session: AsyncSession, name: str, value: str
) -> None:
    _, headers = await signed_in_user(session)
    response = await client.get(EXPORT, headers=headers, params={name: value})
    assert problem(response) == (422, "VAL_001")
    assert fields(response) == [name]


async def in_chunks(owner_id: uuid.UUID) -> AsyncIterator[bytes]:
    """Yield the chunks of an owner's export as they are sent. The owner must have one session."""
    async with db.WriteSession() as session:
        session_id = (await session.exec(select(UserSession.id).where(UserSession.user_id == owner_id))).one()
    user = await get_session_principal(session=db.autocommit_session, session_id=session_id)
    assert user is not None
    items = await crud.read_all_items(session=db.autocommit_session, params=ItemsFilter(), owner_id=owner_id)
    response = await csv_response("items", items, still_allowed(db.autocommit_session, user))
    async for chunk in response.body_iterator:
        assert isinstance(chunk, bytes)
        yield chunk


async def test_export_continues_while_rows_are_deleted(client: AsyncClient, session: AsyncSession) -> None:
    user, _ = await signed_in_user(session)
    ids = await create_many_items(session, user.id, *some_titles(3 * CHUNK_ROWS))
    newest_first, chunks = ids[::-1], []
    async for chunk in in_chunks(user.id):
        chunks.append(chunk)
        if len(chunks) == 1:  # the last row sent, and every second row after it
            await session.exec(delete(Item).where(col(Item.id).in_(newest_first[CHUNK_ROWS - 1 :: 2])))
            await session.commit()
    whole = b"".join(chunks).decode("utf-8-sig")
    sent = [row["id"] for row in csv.DictReader(io.StringIO(whole, newline=""))]
    assert sent == [str(id) for id in newest_first[:CHUNK_ROWS] + newest_first[CHUNK_ROWS::2]]


@pytest.mark.parametrize(
    "change",
    [
        lambda user_id: delete(UserSession).where(col(UserSession.user_id) == user_id),
        lambda user_id: update(User).where(col(User.id) == user_id).values(is_active=False),
        lambda user_id: update(User).where(col(User.id) == user_id).values(is_superuser=False),
    ],
    ids=["session ended", "deactivated", "superuser role lost"],
)
async def test_export_aborts_when_the_user_loses_access(
    client: AsyncClient, session: AsyncSession, change: Callable[[uuid.UUID], Any]
) -> None:
    user, _ = await signed_in_superuser(session)
    await create_many_items(session, user.id, *some_titles(2 * CHUNK_ROWS))
    chunks = in_chunks(user.id)
    await anext(chunks)
    await session.exec(change(user.id))
    await session.commit()
    with pytest.raises(NoLongerAllowed):
        await anext(chunks)


async def test_export_holds_no_connection_between_chunks(live: AsyncClient) -> None:
    async with db.WriteSession() as session:
        user, _ = await signed_in_user(session)
        await create_many_items(session, user.id, *some_titles(2 * CHUNK_ROWS + 1))
    pool = db.autocommit_session.source
    assert isinstance(pool, AutocommitPool)
    chunks = 0
    async for _ in in_chunks(user.id):
        chunks += 1
        assert await becomes_idle(pool)
    assert chunks == 3


async def becomes_idle(pool: AutocommitPool) -> bool:
    """Return whether all connections are back in the pool, also the one that notifies about the new rows."""
    for _ in range(200):
        if pool.in_use == 0:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_memory_of_an_export_does_not_grow(client: AsyncClient, session: AsyncSession) -> None:
    peaks = []
    for rows in (2 * CHUNK_ROWS, 10 * CHUNK_ROWS):
        user, _ = await signed_in_user(session)
        await create_many_items(session, user.id, *["A title that is of a usual length"] * rows)
        tracemalloc.start()
        async for _ in in_chunks(user.id):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


async def test_export_that_fails_midway_ends_with_an_error(live: AsyncClient) -> None:
    """The server closes the connection when the application raises after the response has started."""
    async with db.WriteSession() as session:
        user, headers = await signed_in_user(session)
        await create_many_items(session, user.id, *some_titles(2 * CHUNK_ROWS))
    request = live.build_request("GET", EXPORT, headers=headers)
    scope = {
        "type": "http",
        "method": "GET",
        "path": EXPORT,
        "raw_path": EXPORT.encode(),
        "query_string": b"",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "scheme": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) == 2:
            async with db.WriteSession() as session:
                await session.exec(text("ALTER TABLE items RENAME TO gone"))  # type: ignore[call-overload]
                await session.commit()

    with pytest.raises(RuntimeError):
        await app(scope, receive, send)  # type: ignore[arg-type]
    assert [message.get("status") or message["more_body"] for message in sent] == [200, True]
