"""Every list of the API: each page order is the order of the whole list, and an index finds its rows."""

from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import psycopg
import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database.statements import AutocommitSession, Record, Statement
from app.core.features import modules
from app.core.ids import new_id
from app.core.lists.paged_list import PagedList
from app.core.models import columns
from app.main import app
from app.users.models import User, UserPublic
from tests.auth.factories import signed_in_superuser
from tests.core.answers import csv_rows
from tests.examples import collections, fill
from tests.rules import assert_none
from tests.users.factories import create_user

ROWS = 5


def orders() -> list[tuple[str, str]]:
    """Return the path and each value of `sort` of the lists that have a cursor."""
    found = []
    for path, operations in app.openapi()["paths"].items():
        parameters = {each["name"]: each["schema"] for each in operations.get("get", {}).get("parameters", ())}
        if {"sort", "cursor"} <= parameters.keys():
            found += [(path, sort) for sort in parameters["sort"]["enum"]]
    assert found
    return found


@pytest.mark.parametrize(("path", "sort"), orders())
async def test_cursors_visit_the_whole_list_in_order(
    client: AsyncClient, session: AsyncSession, path: str, sort: str
) -> None:
    superuser, headers = await signed_in_superuser(session)
    for _ in range(ROWS):
        await create_user(session)
        for collection, body in collections():
            if collection == path:
                await client.post(collection, headers=headers, json=body)
    await fill(session, path)
    path = path.format(user_id=superuser.id)
    expected = await ids_of_pages(client, headers, path, sort=sort, limit=100)
    assert len(expected) >= ROWS, f"add {path} to ROWS or LISTED in tests/<feature>/examples.py of its feature"
    opposite = sort[1:] if sort.startswith("-") else f"-{sort}"
    assert await ids_of_pages(client, headers, path, sort=opposite, limit=100) == expected[::-1]
    for limit in (1, 2):
        assert await ids_of_pages(client, headers, path, sort=sort, limit=limit) == expected
    if f"{path}export" in app.openapi()["paths"]:
        response = await client.get(f"{path}export", headers=headers, params={"sort": sort})
        assert [row["id"] for row in csv_rows(response)] == expected


async def ids_of_pages(client: AsyncClient, headers: dict[str, str], path: str, **params: Any) -> list[str]:
    ids: list[str] = []
    while True:
        response = await client.get(path, headers=headers, params=params)
        assert response.status_code == 200, response.text
        page = response.json()
        ids += [row["id"] for row in page["data"]]
        assert len(ids) <= page["count"]
        if not page["pagination"]["has_next"]:
            return ids
        params["cursor"] = page["pagination"]["next_cursor"]


def lists(found: Iterator[ModuleType]) -> list[tuple[str, PagedList[Any]]]:
    named = [(f"{module.__name__}.{name}", each) for module in found for name, each in vars(module).items()]
    return [(name, each) for name, each in named if isinstance(each, PagedList)]


class Explained:
    """A source that asks PostgreSQL for the plans of statements instead of running them."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.plans: list[str] = []
        self.session = AutocommitSession()
        self.session.source = self

    async def fetch(self, statement: Statement, values: list[Any]) -> list[Record]:
        cursor = psycopg.AsyncRawCursor(self.connection)
        await cursor.execute(b"EXPLAIN " + statement.sql, values)
        self.plans.append("\n".join([line for (line,) in await cursor.fetchall()]))
        return []


async def unindexed_orders(source: Explained, name: str, paged: PagedList[Any]) -> list[str]:
    """Return the orders for which PostgreSQL sorts all rows, although the test makes it avoid that."""
    found = []
    for scope in [dict.fromkeys(paged._scope, value) for value in ((None, new_id()) if paged._scope else (None,))]:
        for sort in [sign + key for key in paged._sort_keys for sign in ("", "-")]:
            filters = dict.fromkeys(paged._filters)
            params: Any = SimpleNamespace(sort=sort, q=None, cursor=None, skip=0, limit=2, count="bounded", **filters)
            source.plans.clear()
            await paged.page(source.session, params, **scope)
            if "Sort Key" in source.plans[0] and "Presorted Key" not in source.plans[0]:
                within = f" within {', '.join(scope)}" if any(scope.values()) else ""
                found.append(f"{name}: sort={sort}{within} has no index")
    return found


async def explained(session: AsyncSession) -> Explained:
    raw: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    for name in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
        await raw.execute(f"SET LOCAL {name} = off")
    return Explained(raw)


async def test_each_order_has_an_index(session: AsyncSession) -> None:
    source = await explained(session)
    found = lists(modules("crud"))
    assert found
    missing = [each for name, paged in found for each in await unindexed_orders(source, name, paged)]
    advice = 'add an Index that ends in the id to the model, then run ./scripts/make-migration "..."'
    assert_none([f"{each}: {advice}" for each in missing])


async def test_order_without_an_index_is_found(session: AsyncSession) -> None:
    keys = {"email": User.email, "version": col(User.version)}
    paged: PagedList[Any] = PagedList(select(*columns(User, UserPublic)), id_column=User.id, sort_keys=keys)
    found = await unindexed_orders(await explained(session), "crud._LIST", paged)
    expected = [f"crud._LIST: sort={sort} has no index" for sort in ("version", "-version")]
    assert found == expected
