"""Changes of items are recorded if a superuser makes them, also by single statements."""

from httpx2 import AsyncClient
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.database import session as db
from tests.audit.events import all_events, events_after
from tests.auth.factories import signed_in_superuser, signed_in_user

ITEMS = "/api/v1/items/"


async def test_superusers_item_is_recorded(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    earlier = await all_events(session)
    item = (await client.post(ITEMS, headers=headers, json={"title": "Ladder"})).json()
    await client.put(f"{ITEMS}{item['id']}", headers=headers, json={"title": "Rope"})
    await client.delete(f"{ITEMS}{item['id']}", headers=headers)
    events = await events_after(session, earlier)
    assert [event.action for event in events] == ["item.create", "item.update", "item.delete"]
    assert {(event.user_id, event.record_id) for event in events} == {(superuser.id, item["id"])}
    assert (events[1].before, events[1].after) == ({"title": "Ladder"}, {"title": "Rope"})


async def test_users_own_item_is_not_recorded(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_user(session)
    earlier = await all_events(session)
    item = (await client.post(ITEMS, headers=headers, json={"title": "Ladder"})).json()
    await client.put(f"{ITEMS}{item['id']}", headers=headers, json={"title": "Rope"})
    assert await events_after(session, earlier) == []


async def test_connection_forgets_the_superuser(live: AsyncClient) -> None:
    """Requests of several users share connections, in commits of their own."""
    async with db.WriteSession() as session:
        superuser, headers = await signed_in_superuser(session)
        _, others = await signed_in_user(session)
    for number in range(3):
        assert (await live.post(ITEMS, headers=headers, json={"title": f"By a superuser {number}"})).status_code == 200
        item = (await live.post(ITEMS, headers=others, json={"title": f"By a user {number}"})).json()
        await live.put(f"{ITEMS}{item['id']}", headers=others, json={"title": "Rope"})
    async with db.WriteSession() as session:
        events = [event for event in await all_events(session) if event.record_type == "item"]
    assert [event.action for event in events] == ["item.create"] * 3
    assert {event.user_id for event in events} == {superuser.id}


async def test_deleted_user_counts_their_items(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_user(session)
    for title in ("Ladder", "Rope"):
        await client.post(ITEMS, headers=headers, json={"title": title})
    earlier = await all_events(session)
    await client.delete("/api/v1/users/me", headers=headers)
    [event] = [event for event in await events_after(session, earlier) if event.action == "user.delete"]
    assert event.record_id == str(user.id)
    assert (event.before or {})["deleted_rows"] == {"items": 2, "user_sessions": 1}
