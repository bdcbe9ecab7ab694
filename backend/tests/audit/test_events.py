"""Each change of a user or session, and each change by a superuser, is recorded in its own transaction (AU-01)."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.auth import crud as auth_crud
from app.core.database import session as db
from app.core.database.session import transaction
from app.main import app
from app.users import crud as users_crud
from app.users.models import User
from tests.audit.events import all_events, events_after
from tests.auth.factories import sign_in, signed_in_superuser, signed_in_user
from tests.users.factories import PASSWORD, create_user
from tests.users.pictures import AVATAR, picture

V1 = "/api/v1"
USERS = f"{V1}/users/"
PICTURE = {"file": ("picture.png", picture(), "image/png")}
EMAIL = "ada@example.com"
NEW_PASSWORD = "a different long password"


async def test_superusers_change_names_who_what_when_and_where(client: AsyncClient, session: AsyncSession) -> None:
    superuser, headers = await signed_in_superuser(session)
    user = await create_user(session, full_name="Ada")
    earlier = await all_events(session)
    headers = {**headers, "X-Correlation-ID": "the-id-of-this-request"}
    await client.patch(f"{USERS}{user.id}", headers=headers, json={"full_name": "Grace"})
    [event] = await events_after(session, earlier)
    assert (event.user_id, event.principal, event.client) == (superuser.id, "session", "127.0.0.1")
    assert (event.action, event.record_type, event.record_id) == ("user.update", "user", str(user.id))
    assert event.request_id == "the-id-of-this-request"
    assert event.created_at > earlier[-1].created_at
    assert (event.before, event.after) == ({"full_name": "Ada"}, {"full_name": "Grace"})


async def test_new_and_deleted_users_are_recorded_whole(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    earlier = await all_events(session)
    body = {"email": EMAIL, "password": PASSWORD}
    user = (await client.post(USERS, headers=headers, json=body)).json()
    await client.delete(f"{USERS}{user['id']}", headers=headers)
    events = {event.action: event for event in await events_after(session, earlier) if event.record_type == "user"}
    created, deleted = events["user.create"], events["user.delete"]
    assert created.before is None
    assert created.after is not None
    assert (created.after["email"], created.after["is_active"]) == (EMAIL, True)
    assert (deleted.before, deleted.after) == (created.after, None)


async def test_sign_up_and_sign_in_are_recorded(client: AsyncClient, session: AsyncSession) -> None:
    earlier = await all_events(session)
    body, form = {"email": EMAIL, "password": PASSWORD}, {"username": EMAIL, "password": PASSWORD}
    assert (await client.post(f"{USERS}signup", json=body)).status_code == 200
    assert (await client.post(f"{V1}/login/access-token", data=form)).status_code == 200
    events = [event for event in await events_after(session, earlier) if event.record_type != "one_time_token"]
    assert [event.action for event in events] == ["user.create", "user_session.create"]
    assert {(event.user_id, event.principal, event.client) for event in events} == {(None, "anonymous", "127.0.0.1")}


async def test_change_outside_of_requests_is_by_the_system(session: AsyncSession) -> None:
    user, _ = await signed_in_user(session)
    earlier = await all_events(session)
    async with transaction() as other:
        await auth_crud.end_sessions(session=other, user_id=user.id, kept_session_id=None)
    [event] = await events_after(session, earlier)
    assert (event.action, event.principal, event.user_id) == ("user_session.delete", "system", None)


async def test_statement_over_many_rows_records_each(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    users = [await create_user(session) for _ in range(3)]
    await sign_in(session, users[0])
    earlier = await all_events(session)
    ids = [str(user.id) for user in users]
    await client.post(f"{USERS}bulk-delete", headers=headers, json={"ids": ids})
    events = await events_after(session, earlier)
    # The session ends with its user, whose event stands for it.
    assert sorted(event.record_id for event in events) == sorted(ids)
    assert {event.action for event in events} == {"user.delete"}


async def test_deleted_user_counts_the_rows_deleted_with_it(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    users = [await create_user(session) for _ in range(3)]
    for count, user in enumerate(users):
        for _ in range(count):
            await sign_in(session, user)
    earlier = await all_events(session)
    ids = [str(user.id) for user in users]
    await client.post(f"{USERS}bulk-delete", headers=headers, json={"ids": ids})
    deleted = {event.record_id: (event.before or {}) for event in await events_after(session, earlier)}
    assert [deleted[each].get("deleted_rows") for each in ids] == [None, {"user_sessions": 1}, {"user_sessions": 2}]


async def test_secrets_are_masked(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_superuser(session)
    earlier = await all_events(session)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    changed = await client.patch(f"{USERS}me/password", headers=headers, json=body)
    assert changed.status_code == 200, changed.text
    [event] = [event for event in await events_after(session, earlier) if event.record_type == "user"]
    assert (event.before, event.after) == ({"hashed_password": "***"}, {"hashed_password": "***"})
    found = await (await session.connection()).execute(text("SELECT string_agg(e::text, '') FROM audit_events e"))
    everything = found.scalar_one()
    assert user.email in everything
    assert "$argon2" not in everything


async def test_refused_change_leaves_no_event(client: AsyncClient, session: AsyncSession) -> None:
    _, headers = await signed_in_superuser(session)
    taken, user = await create_user(session), await create_user(session)
    earlier = await all_events(session)
    response = await client.patch(f"{USERS}{user.id}", headers=headers, json={"email": taken.email})
    assert response.status_code == 409
    assert await events_after(session, earlier) == []


async def test_rollback_leaves_no_event(session: AsyncSession) -> None:
    user = await create_user(session)
    earlier = await all_events(session)
    async with db.WriteSession() as other:
        found = await users_crud.get_user(session=other, user_id=user.id)
        await users_crud.update_user(session=other, user=found, changes={"full_name": "Grace"})
        assert len(await events_after(other, earlier)) == 1
        await other.rollback()
    assert await events_after(session, earlier) == []


async def test_update_without_a_difference_writes_no_event(client: AsyncClient, session: AsyncSession) -> None:
    user, headers = await signed_in_superuser(session)
    earlier = await all_events(session)
    await client.patch(f"{USERS}{user.id}", headers=headers, json={"full_name": user.full_name})
    await (await session.connection()).execute(text("UPDATE users SET version = version + 1"))
    assert await events_after(session, earlier) == []


def unsafe_operations() -> list[APIRoute]:
    """The operations that change users and that a superuser can call."""
    routes = [route for route in app.routes if isinstance(route, APIRoute) and "users" in route.tags]
    found = [route for route in routes if route.methods != {"GET"}]
    # A superuser cannot delete themselves, and nobody signs up while being signed in.
    return [route for route in found if route.name not in ("delete_user_me", "register_user")]


def request_of(route: APIRoute, user: User) -> dict[str, Any]:
    """Return what the operation needs to change something."""
    if route.name == "update_avatar_me":
        return {"files": PICTURE}
    if route.body_field is None:
        return {}
    values = {
        "current_password": PASSWORD,
        "new_password": NEW_PASSWORD,
        "password": NEW_PASSWORD,
        "email": EMAIL,
        "full_name": "Grace",
        "ids": [str(user.id)],
    }
    if route.name == "update_user_me":
        del values["email"]  # another address has to be confirmed
    names = route.body_field.field_info.annotation.model_fields  # type: ignore[union-attr]
    return {"json": {name: values[name] for name in names if name in values}}


@pytest.mark.parametrize("route", unsafe_operations(), ids=lambda route: route.name)
async def test_each_operation_of_a_superuser_is_recorded(
    client: AsyncClient, session: AsyncSession, route: APIRoute
) -> None:
    superuser, headers = await signed_in_superuser(session)
    user = await create_user(session)
    if route.name == "delete_avatar_me":
        assert (await client.put(AVATAR, headers=headers, files=PICTURE)).status_code == 200
    earlier = await all_events(session)
    method = next(iter(route.methods or ()))
    path = re.sub(r"{\w+}", str(user.id), route.path)
    response = await client.request(method, path, headers=headers, **request_of(route, user))
    assert response.status_code == 200, response.text
    events = await events_after(session, earlier)
    assert [event for event in events if event.record_type == "user" and event.user_id == superuser.id]
