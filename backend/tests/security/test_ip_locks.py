"""A request that reads a row and then changes it locks the row first, in every feature (IP-13).

Otherwise two concurrent requests read the same state, and one change is lost.
"""

import re

import pytest
from fastapi.routing import APIRoute
from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.auth.factories import sign_in
from tests.examples import change_of, parameters_of, row_of
from tests.security.test_az_access import routes_with_an_id
from tests.users.factories import create_user

CHANGES = [each for each in routes_with_an_id() if each[0] not in ("GET", "POST")]
_WRITE = re.compile(r"\s*(?:UPDATE|DELETE FROM) (\w+)")


def unlocked(statements: list[str]) -> list[str]:
    """Return the tables in which a row was changed that an earlier statement had read without a lock."""
    found = []
    for number, statement in enumerate(statements):
        if (write := _WRITE.match(statement)) is None:
            continue
        earlier = [
            each
            for each in statements[:number]
            if re.search(rf"FROM {write[1]}\b", each) and "JOIN" not in each and not _WRITE.match(each)
        ]
        if earlier and not any("FOR UPDATE" in each for each in earlier):
            found.append(write[1])
    return found


@pytest.mark.parametrize(("method", "route"), [pytest.param(*each, id=f"{each[0]}-{each[1].name}") for each in CHANGES])
async def test_ip13_changed_row_is_locked_first(
    client: AsyncClient, session: AsyncSession, statements: list[str], method: str, route: APIRoute
) -> None:
    superuser = await create_user(session, is_superuser=True)
    headers = await sign_in(session, superuser, factor="any")  # some of the rows are factors
    user = await create_user(session)
    owner = user if "user_id" in route.param_convertors else superuser
    values, bodies = await parameters_of(session, owner) | {"user_id": str(user.id)}, [change_of(route.name)]
    if "id" in route.param_convertors:
        made_by = row_of(route.path)
        assert made_by, f"add {route.path} to ROWS in tests/<feature>/examples.py of its feature"
        collection, body = made_by
        values["id"] = (await client.post(collection, headers=headers, json=body)).json()["id"]
        # One of the texts can be changed freely; another one can be a choice.
        bodies = [{**body, name: f"{value} 2"} for name, value in body.items() if isinstance(value, str)]
    session.expunge_all()
    statements.clear()
    path = route.path.format(**values)
    statuses = [(await client.request(method, path, headers=headers, json=each)).status_code for each in bodies]
    assert 200 in statuses
    assert any(map(_WRITE.match, statements)), statements
    assert unlocked(statements) == []


def test_ip13_read_without_a_lock_is_found() -> None:
    read, write = "SELECT items.id FROM items WHERE id = 1", "UPDATE items SET title = 'a'"
    assert unlocked([read, write]) == ["items"]
    assert unlocked([f"{read} FOR UPDATE", write]) == unlocked([write]) == unlocked([read]) == []
