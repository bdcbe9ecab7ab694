"""Which values an item accepts, and which it refuses."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.items.models import Item
from tests.auth.factories import signed_in_user
from tests.core.answers import fields, problem
from tests.items.factories import create_item
from tests.security.test_az_access import CHOSEN, chosen_values
from tests.security.test_ip_input import TEXTS, WRONG_VALUES

ITEMS = "/api/v1/items/"


async def test_az01_item_sets_only_its_own_fields(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    item_id = (await client.post(ITEMS, headers=headers, json={**CHOSEN, "title": "a"})).json()["id"]
    changed = await client.put(f"{ITEMS}{item_id}", headers=headers, json={**CHOSEN, "title": "b"})
    assert changed.status_code == 200
    [item] = (await session.exec(select(Item))).all()
    assert chosen_values(item) == set()
    assert item.owner_id == user.id


@pytest.mark.parametrize("path", [f"{ITEMS}?q=a%00b", f"{ITEMS}?q=%ED%A0%80", f"{ITEMS}?cursor=%00", f"{ITEMS}%FF"])
async def test_ip01_odd_address_is_refused(client: AsyncClient, session: AsyncSession, path: str) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.get(path, headers=headers))[0] in (400, 404, 422)


@pytest.mark.parametrize("value", WRONG_VALUES)
@pytest.mark.parametrize("field", ["title", "description"])
async def test_ip06_wrong_types_are_refused(client: AsyncClient, session: AsyncSession, field: str, value: Any) -> None:
    _, headers = await signed_in_user(session)
    response = await client.post(ITEMS, headers=headers, json={"title": "a", field: value})
    assert (problem(response)[0], fields(response)) == (422, [field])
    assert (await session.exec(select(Item))).all() == []


@pytest.mark.parametrize("id", ["1", "null", "0" * 31, "'; drop table items; --", "💥"])
async def test_ip06_odd_ids_are_refused(client: AsyncClient, session: AsyncSession, id: str) -> None:
    _, headers = await signed_in_user(session)
    assert problem(await client.get(f"{ITEMS}{id}", headers=headers))[0] in (404, 405, 422)


@pytest.mark.parametrize("text", TEXTS)
async def test_ip07_text_is_stored_exactly(client: AsyncClient, session: AsyncSession, text: str) -> None:
    _, headers = await signed_in_user(session)
    created = (await client.post(ITEMS, headers=headers, json={"title": text, "description": text})).json()
    read = (await client.get(f"{ITEMS}{created['id']}", headers=headers)).json()
    [listed] = (await client.get(ITEMS, headers=headers, params={"sort": "title"})).json()["data"]
    assert [(item["title"], item["description"]) for item in (created, read, listed)] == [(text, text)] * 3


@pytest.mark.parametrize("body", [rb'{"title": "\u0000"}', b'{"title": null}', b'{"title": NaN}', b"{"])
async def test_refused_update_changes_nothing(client: AsyncClient, session: AsyncSession, body: bytes) -> None:
    user, headers = await signed_in_user(session)
    item = await create_item(session, user.id, title="Before")
    headers |= {"Content-Type": "application/json"}
    response = await client.put(f"{ITEMS}{item.id}", headers=headers, content=body)
    assert problem(response)[0] in (400, 422)
    await session.refresh(item)
    assert item.title == "Before"


@pytest.mark.parametrize(
    "title", ["", " ", "\u200b", "\u2060\ufeff", "\u00ad", "\u3164", "\u202e\u2066", "\u2800", "\t\x85\n"]
)
async def test_invisible_title_is_refused_as_empty(client: AsyncClient, session: AsyncSession, title: str) -> None:
    _, headers = await signed_in_user(session)
    item_id = (await client.post(ITEMS, headers=headers, json={"title": "a"})).json()["id"]
    for response in (
        await client.post(ITEMS, headers=headers, json={"title": title}),
        await client.put(f"{ITEMS}{item_id}", headers=headers, json={"title": title}),
    ):
        [error] = response.json()["errors"]
        assert (problem(response)[0], error["field"], error["code"]) == (422, "title", "string_too_short")


@pytest.mark.parametrize("title", ["\u200ba", "👩‍👩‍👧", "‏עברית", "\u06dd", "क्\u200dष", "."])
async def test_title_with_a_visible_character_is_kept(client: AsyncClient, session: AsyncSession, title: str) -> None:
    _, headers = await signed_in_user(session)
    created = await client.post(ITEMS, headers=headers, json={"title": title})
    assert created.json()["title"] == title
