"""Strangers neither see nor change rows of others in lists, counts, exports and bulk operations (AZ-02).

The operations come from the OpenAPI document, so a new list is covered without a test of its own. The tests know no
shape of a response: for a stranger, every response is the same before and after another user creates rows.
"""

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from app.main import app
from app.users.models import User
from tests.auth.factories import Headers, signed_in_superuser, signed_in_user
from tests.examples import collections, operations

DOCUMENT = app.openapi()
PUBLIC, SUPERUSERS = operations("PUBLIC"), operations("SUPERUSERS")
COLLECTIONS = collections()
assert COLLECTIONS, "no feature has ROWS in tests/<feature>/examples.py"


class Operation(NamedTuple):
    method: str
    path: str
    name: str
    document: dict[str, Any]


def without_an_id(*methods: str) -> list[Operation]:
    """Return the operations for signed-in users whose path has no parameter, apart from streams, which never end."""
    found = [
        Operation(method, path, document["operationId"], document)
        for path, item in DOCUMENT["paths"].items()
        for method, document in item.items()
        if method in methods and "{" not in path and document["operationId"] not in PUBLIC | SUPERUSERS
    ]
    assert found
    return [
        each
        for each in found
        if "text/event-stream" not in each.document["responses"].get("200", {}).get("content", {})
    ]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else schema


def choices(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schema, or the schemas of which a value meets one."""
    for each in schema.get("anyOf", [schema]):
        yield resolved(each)


def values_of(name: str, schema: dict[str, Any], user: User, texts: list[str]) -> list[Any]:
    """Return values of a query parameter that could show rows of the user."""
    if name == "cursor":
        return []
    found: list[Any] = []
    for each in choices(schema):
        if "enum" in each:
            found += each["enum"]
        elif each.get("format") == "uuid":
            found.append(str(user.id))
        elif each.get("type") == "boolean":
            found += ["true", "false"]
        elif each.get("type") == "integer":
            found += [each.get("minimum", 1), each.get("maximum", 1)]
        elif each.get("type") == "string":
            found += texts
    return found


def queries(operation: Operation, user: User, texts: list[str]) -> list[dict[str, Any]]:
    """Return query parameters: none, and each value of each parameter."""
    parameters = [each for each in operation.document.get("parameters", ()) if each["in"] == "query"]
    single = [
        {each["name"]: value} for each in parameters for value in values_of(each["name"], each["schema"], user, texts)
    ]
    return [{}, *single]


Seen = dict[tuple[str, str], tuple[int, str | None, str]]


async def everything_seen(client: AsyncClient, headers: Headers, user: User, texts: list[str]) -> Seen:
    """Read all lists, counts and exports as the user of `headers`, also with filters that ask for rows of `user`."""
    seen: Seen = {}
    for operation in without_an_id("get"):
        for query in queries(operation, user, texts):
            response = await client.get(operation.path, headers=headers, params=query)
            seen[operation.path, str(query)] = (
                response.status_code,
                response.headers.get("x-total-count"),
                shown(response),
            )
    return seen


def shown(response: Response) -> str:
    """Return the body. Each error has a request id of its own."""
    return response.text if response.status_code < 400 else str(response.json()["code"])


def differences(before: Seen, after: Seen) -> list[str]:
    return [f"{path} with {query}" for (path, query), found in after.items() if before[path, query] != found]


async def create_row(client: AsyncClient, headers: Headers, collection: str) -> tuple[str, list[str]]:
    """Return the id of a new row, and its texts."""
    [body] = [body for path, body in collections() if path == collection][:1]
    response = await client.post(collection, headers=headers, json=body)
    assert response.status_code == 200, response.text
    return response.json()["id"], [value for value in response.json().values() if isinstance(value, str) and value]


@pytest.mark.parametrize("collection", sorted({path for path, _ in COLLECTIONS}))
async def test_az02_strangers_see_no_row_of_others(client: AsyncClient, session: AsyncSession, collection: str) -> None:
    owner, own_headers = await signed_in_user(session)
    _, headers = await signed_in_user(session)
    _, superuser_headers = await signed_in_superuser(session)
    _, texts = await create_row(client, headers, collection)
    before = await everything_seen(client, headers, owner, texts)
    before_of_owner = await everything_seen(client, own_headers, owner, texts)
    before_of_superuser = await everything_seen(client, superuser_headers, owner, texts)
    row_id, _ = await create_row(client, own_headers, collection)
    after = await everything_seen(client, headers, owner, texts)
    assert differences(before, after) == []
    assert [each for each, (_, _, body) in after.items() if row_id in body] == []
    # Otherwise the comparison proves nothing.
    assert differences(before_of_owner, await everything_seen(client, own_headers, owner, texts))
    assert differences(before_of_superuser, await everything_seen(client, superuser_headers, owner, texts))


def body_with(schema: dict[str, Any], row_id: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a body in which each id, and each list of ids, is that of the row."""
    body = {name: value for name, value in row.items() if name in schema.get("properties", {})}
    for name, each in schema.get("properties", {}).items():
        for choice in choices(each):
            if choice.get("format") == "uuid":
                body[name] = row_id
            elif resolved(choice.get("items", {})).get("format") == "uuid":
                body[name] = [row_id]
    return body


@pytest.mark.parametrize("operation", without_an_id("post", "put", "patch", "delete"), ids=lambda each: each.name)
@pytest.mark.parametrize("collection", sorted({path for path, _ in COLLECTIONS}))
async def test_az02_strangers_change_no_row_of_others(
    client: AsyncClient, session: AsyncSession, operation: Operation, collection: str
) -> None:
    owner, own_headers = await signed_in_user(session)
    row_id, texts = await create_row(client, own_headers, collection)
    before = await everything_seen(client, own_headers, owner, texts)
    stranger, headers = await signed_in_user(session)
    content = operation.document.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = body_with(resolved(content.get("schema", {})), row_id, dict(collections())[collection])
    # What the server sets: a row that the stranger creates must not become one of the owner's.
    body |= {"owner_id": str(owner.id), "user_id": str(owner.id), "id": str(uuid.uuid4())}
    await client.request(operation.method, operation.path, headers=headers, json=body)
    assert differences(before, await everything_seen(client, own_headers, owner, texts)) == []
    assert stranger.id != owner.id
